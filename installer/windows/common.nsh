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

; Ends with a message, and in a silent run with exit code 2 and without a word to click away.
!macro Refuse TEXT
  SetErrorLevel 2
  MessageBox MB_ICONSTOP|MB_OK "${TEXT}" /SD IDOK
  Abort
!macroend
!define Refuse "!insertmacro Refuse"

!macro Prepare
  SetShellVarContext all
  SetRegView 64
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    ${Refuse} "Leadglass needs Windows 10 or 11, 64 bits."
  ${EndIf}
!macroend

; Folders that an upgrade replaces are moved aside first and come back when anything fails.
!macro MoveAside FOLDER
  RMDir /r "$INSTDIR\${FOLDER}.old"
  ${If} ${FileExists} "$INSTDIR\${FOLDER}\*.*"
    ClearErrors
    Rename "$INSTDIR\${FOLDER}" "$INSTDIR\${FOLDER}.old"
    ${If} ${Errors}
      Call BringBack
      ${Refuse} "Files of Leadglass in $INSTDIR are in use. Close Leadglass on this PC, then install again."
    ${EndIf}
  ${EndIf}
!macroend
!define MoveAside "!insertmacro MoveAside"

!macro BringBackOne FOLDER
  ${If} ${FileExists} "$INSTDIR\${FOLDER}.old\*.*"
    RMDir /r "$INSTDIR\${FOLDER}"
    Rename "$INSTDIR\${FOLDER}.old" "$INSTDIR\${FOLDER}"
  ${EndIf}
!macroend
!define BringBackOne "!insertmacro BringBackOne"
