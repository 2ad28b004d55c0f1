; What the installers of the program and of the training component share.
; Given: VERSION, NUMBERS (four, for Windows), LAYOUT (the finished folder), OUT (the installer), KILOBYTES.

Unicode true
Target amd64-unicode ; runs where no 32-bit part of Windows is installed, as under Wine
SetCompressor ${COMPRESSOR}
RequestExecutionLevel admin
ManifestSupportedOS Win10
ManifestDPIAware true
ShowInstDetails show
ShowUninstDetails show
OutFile "${OUT}"
BrandingText "Leadglass ${VERSION}"

!include MUI2.nsh
!include LogicLib.nsh
!include x64.nsh
!include WinVer.nsh
!include FileFunc.nsh

!define PLACE "Software\Leadglass"
!define LISTED "Software\Microsoft\Windows\CurrentVersion\Uninstall"
!define MUI_ICON "${ICONS}/leadglass.ico"
!define MUI_UNICON "${ICONS}/leadglass.ico"
!define MUI_ABORTWARNING

VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "Leadglass"
VIAddVersionKey CompanyName "Leadglass"
VIAddVersionKey FileDescription "Leadglass setup"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "Apache-2.0"

; Ends with a message, and in a silent run with exit code 2, the message in a file, and without a word to click away.
!macro Tell TEXT
  SetErrorLevel 2
  StrCpy $Told yes
  FileOpen $R9 "$TEMP\leadglass-setup.log" w
  FileWriteUTF16LE /BOM $R9 "${TEXT}$\r$\n"
  FileClose $R9
  MessageBox MB_ICONSTOP|MB_OK "${TEXT}" /SD IDOK
!macroend
!macro Refuse TEXT
  !insertmacro Tell "${TEXT}"
  Abort
!macroend
!define Refuse "!insertmacro Refuse"
Var Told

!macro Prepare
  SetShellVarContext all
  SetRegView 64
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastBuild} 17763 ; Qt 6 runs from there on
    ${Refuse} "Leadglass needs Windows 11, or Windows 10 of version 1809 or later, 64 bits."
  ${EndIf}
!macroend

; The new copy is written beside the installed one, into NAME.new, and tried there. Then its parts change places with the
; old ones, which wait in NAME.old; renaming that to NAME.gone settles it. Wherever an installation ends before, the old
; copy is put together again: at once, or by the next installer that starts. (NAME: what is installed, "program" or
; "training".)

!define Begin "!insertmacro Begin"
!macro Begin
  SetOutPath "$INSTDIR"
  Call BringBack
  RMDir /r "$INSTDIR\${WHAT}.gone"
!macroend

; Ends an installation that began. What is done then, `.onInstFailed` does: NSIS itself ends one too, on a full disk.
!define GiveUp "!insertmacro GiveUp"
!macro GiveUp TEXT
  ${Refuse} "${TEXT} What was installed before is as it was."
!macroend

Function .onInstFailed
  SetOutPath "$INSTDIR"
  Call BringBack
  SetOutPath "$TEMP"
  RMDir "$INSTDIR" ; stays where anything is in it
  ${If} $Told != yes
    !insertmacro Tell "Not all files could be written to $INSTDIR. Is the disk full? What was installed before is as it was."
  ${EndIf}
FunctionEnd

; After the files: all of them written?
!define Written "!insertmacro Written"
!macro Written
  ${If} ${Errors}
    ${GiveUp} "Not all files could be written to $INSTDIR. Is the disk full?"
  ${EndIf}
  SetOutPath "$INSTDIR"
!macroend

!define Exchange "!insertmacro Exchange"
!macro Exchange PART
  CreateDirectory "$INSTDIR\${WHAT}.old"
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\${PART}"
    Rename "$INSTDIR\${PART}" "$INSTDIR\${WHAT}.old\${PART}"
  ${EndIf}
  ${IfNot} ${Errors}
    Rename "$INSTDIR\${WHAT}.new\${PART}" "$INSTDIR\${PART}"
  ${EndIf}
  ${If} ${Errors}
    ${GiveUp} "Files of Leadglass in $INSTDIR are in use. Close Leadglass on this PC, then install again."
  ${EndIf}
!macroend

!define Settle "!insertmacro Settle"
!macro Settle
  ClearErrors
  Rename "$INSTDIR\${WHAT}.old" "$INSTDIR\${WHAT}.gone"
  ${If} ${Errors}
    ${GiveUp} "The copy that was installed could not be put away."
  ${EndIf}
  RMDir /r "$INSTDIR\${WHAT}.gone"
!macroend

; Each step can be cut off and taken again: a part is either still in NAME.new, or goes back there.
!define BringBackPart "!insertmacro BringBackPart"
!macro BringBackPart PART
  ${IfNot} ${FileExists} "$INSTDIR\${WHAT}.new\${PART}"
    Rename "$INSTDIR\${PART}" "$INSTDIR\${WHAT}.new\${PART}"
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\${WHAT}.old\${PART}"
    Rename "$INSTDIR\${WHAT}.old\${PART}" "$INSTDIR\${PART}"
  ${EndIf}
!macroend

!define BringBackAll "!insertmacro BringBackAll"
!macro BringBackAll
  ${If} ${FileExists} "$INSTDIR\${WHAT}.old\*.*"
    CreateDirectory "$INSTDIR\${WHAT}.new"
    !insertmacro Parts BringBackPart
    RMDir "$INSTDIR\${WHAT}.old"
  ${EndIf}
  RMDir /r "$INSTDIR\${WHAT}.new"
!macroend

!macro Remains
  RMDir /r "$INSTDIR\${WHAT}.new"
  RMDir /r "$INSTDIR\${WHAT}.old"
  RMDir /r "$INSTDIR\${WHAT}.gone"
!macroend
