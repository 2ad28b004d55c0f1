; The installer of Leadglass for Windows 10 and 11: per machine, unattended with /S.
;
;   leadglass-VERSION-windows-x86_64.exe /S [/FIREWALL] [/NOSHORTCUT] [/D=C:\Some where]
;   uninstall.exe /S [/PURGE]
;
; Run again it repairs; over an older version it upgrades. /D= comes last and takes no quotes.

!include common.nsh

Name "Leadglass"
InstallDir ""
!define RULE "Leadglass: nothing goes out"
!define OWN "${LISTED}\Leadglass"
!define WHAT program
!macro Parts DO
  !insertmacro ${DO} python ; first: it cannot be moved while the program runs
  !insertmacro ${DO} bin
  !insertmacro ${DO} licences
  !insertmacro ${DO} MANIFEST.sha256
  !insertmacro ${DO} uninstall.exe
!macroend

!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

Var Arguments
Var Firewall
Var Shortcut

Function .onInit
  !insertmacro Prepare
  ReadRegStr $0 HKLM "${PLACE}" "Installer"
  ${If} $0 == "msi"
    ${Refuse} "Leadglass was installed here by an .msi. Upgrade it with the .msi, or remove it first."
  ${EndIf}
  ${If} $INSTDIR == ""
    ReadRegStr $INSTDIR HKLM "${PLACE}" "Folder"
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR "$PROGRAMFILES64\Leadglass"
  ${EndIf}
  ${GetParameters} $Arguments
  StrCpy $Firewall no
  StrCpy $Shortcut yes
  ClearErrors
  ${GetOptions} $Arguments "/FIREWALL" $0
  ${IfNot} ${Errors}
    StrCpy $Firewall yes
  ${EndIf}
  ClearErrors
  ${GetOptions} $Arguments "/NOSHORTCUT" $0
  ${IfNot} ${Errors}
    StrCpy $Shortcut no
  ${EndIf}
FunctionEnd

Function BringBack
  ${BringBackAll}
FunctionEnd

Section "Leadglass"
  ${Begin}
  ${IfNot} ${FileExists} "$INSTDIR\bin\leadglass.exe"
    Call RefuseOtherThings
  ${EndIf}
  SetOutPath "$INSTDIR\program.new"
  ClearErrors
  SetOverwrite try
  File /r "${LAYOUT}/*.*"
  WriteUninstaller "$INSTDIR\program.new\uninstall.exe"
  ${Written}
  ; The new copy has to start before the old one goes.
  nsExec::ExecToStack '"$INSTDIR\program.new\bin\leadglass.exe" --version'
  Pop $0
  Pop $1
  ${If} $0 != 0
    ${GiveUp} "The new Leadglass does not start here ($0): $1"
  ${EndIf}
  ReadRegStr $0 HKLM "${PLACE}" "Training"
  ${If} $0 == "${VERSION}"
    ClearErrors
    CopyFiles /SILENT "$INSTDIR\python\Lib\site-packages\leadglass-training.pth" "$INSTDIR\program.new\python\Lib\site-packages"
    CopyFiles /SILENT "$INSTDIR\licences\training" "$INSTDIR\program.new\licences"
    ${Written}
  ${EndIf}
  !insertmacro Parts Exchange
  ${Settle}
  RMDir /r "$INSTDIR\program.new"
  ${If} $0 != "${VERSION}"
    RMDir /r "$INSTDIR\training"
    Delete "$INSTDIR\uninstall-training.exe"
    DeleteRegValue HKLM "${PLACE}" "Training"
    DeleteRegKey HKLM "${LISTED}\LeadglassTraining"
  ${EndIf}

  WriteRegStr HKLM "${PLACE}" "Folder" "$INSTDIR"
  WriteRegStr HKLM "${PLACE}" "Version" "${VERSION}"
  WriteRegStr HKLM "${PLACE}" "Installer" "exe"
  WriteRegStr HKLM "${OWN}" "DisplayName" "Leadglass"
  WriteRegStr HKLM "${OWN}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${OWN}" "Publisher" "Leadglass"
  WriteRegStr HKLM "${OWN}" "DisplayIcon" "$INSTDIR\bin\leadglass-window.exe"
  WriteRegStr HKLM "${OWN}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${OWN}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${OWN}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${OWN}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKLM "${OWN}" "NoModify" 1
  WriteRegDWORD HKLM "${OWN}" "NoRepair" 1

  ; `leadglass` at every prompt, and projects (folders named *.leadglass) opened from the Explorer's menu.
  WriteRegStr HKLM "Software\Microsoft\Windows\CurrentVersion\App Paths\leadglass.exe" "" "$INSTDIR\bin\leadglass.exe"
  WriteRegStr HKLM "Software\Classes\Directory\shell\Leadglass" "" "Open in Leadglass"
  WriteRegStr HKLM "Software\Classes\Directory\shell\Leadglass" "Icon" "$INSTDIR\bin\leadglass-window.exe"
  WriteRegStr HKLM "Software\Classes\Directory\shell\Leadglass" "AppliesTo" 'System.FileName:"*.leadglass"'
  WriteRegStr HKLM "Software\Classes\Directory\shell\Leadglass\command" "" '"$INSTDIR\bin\leadglass-window.exe" "%1"'
  ${If} $Shortcut == yes
    CreateShortcut "$SMPROGRAMS\Leadglass.lnk" "$INSTDIR\bin\leadglass-window.exe"
  ${EndIf}
  ${If} $Firewall == yes
    Call BlockNetwork
  ${EndIf}
SectionEnd

; A folder that somebody uses for something else is not ours; only the site's rules may be there before us.
Function RefuseOtherThings
  FindFirst $0 $1 "$INSTDIR\*.*"
  ${DoWhile} $1 != ""
    ${If} $1 != "."
    ${AndIf} $1 != ".."
    ${AndIf} $1 != "leadglass.toml"
      ${Refuse} "$INSTDIR holds something else. Choose an empty folder."
    ${EndIf}
    FindNext $0 $1
  ${Loop}
  FindClose $0
FunctionEnd

Function BlockNetwork
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="${RULE}"'
  Pop $0
  nsExec::ExecToLog 'netsh advfirewall firewall add rule name="${RULE}" dir=out action=block profile=any program="$INSTDIR\python\python.exe"'
  Pop $0
  ${If} $0 != 0
    SetErrorLevel 3
    MessageBox MB_ICONEXCLAMATION|MB_OK "Leadglass is installed, but the firewall took no rule ($0)." /SD IDOK
  ${Else}
    WriteRegDWORD HKLM "${PLACE}" "Firewall" 1
  ${EndIf}
FunctionEnd

Function un.onInit
  !insertmacro Prepare
FunctionEnd

Section "Uninstall"
  ${IfNot} ${FileExists} "$INSTDIR\bin\leadglass.exe"
    ${Refuse} "There is no Leadglass in $INSTDIR."
  ${EndIf}
  RMDir /r "$INSTDIR\program.gone"
  ClearErrors
  Rename "$INSTDIR\python" "$INSTDIR\program.gone"
  ${If} ${Errors}
    ${Refuse} "Files of Leadglass are in use. Close Leadglass on this PC, then remove it again."
  ${EndIf}
  !insertmacro Remains
  RMDir /r "$INSTDIR\bin"
  RMDir /r "$INSTDIR\licences"
  RMDir /r "$INSTDIR\training"
  Delete "$INSTDIR\MANIFEST.sha256"
  Delete "$INSTDIR\uninstall-training.exe"
  Delete "$INSTDIR\uninstall.exe"
  ${GetParameters} $Arguments
  ClearErrors
  ${GetOptions} $Arguments "/PURGE" $0
  ${IfNot} ${Errors}
    Delete "$INSTDIR\leadglass.toml"
  ${EndIf}
  SetOutPath "$TEMP"
  RMDir "$INSTDIR" ; stays where somebody put anything else into it
  Delete "$SMPROGRAMS\Leadglass.lnk"
  ReadRegDWORD $0 HKLM "${PLACE}" "Firewall"
  ${If} $0 == 1
    nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="${RULE}"'
    Pop $0
  ${EndIf}
  DeleteRegKey HKLM "Software\Classes\Directory\shell\Leadglass"
  DeleteRegKey HKLM "Software\Microsoft\Windows\CurrentVersion\App Paths\leadglass.exe"
  DeleteRegKey HKLM "${LISTED}\LeadglassTraining"
  DeleteRegKey HKLM "${OWN}"
  DeleteRegKey HKLM "${PLACE}"

  ; Projects stay wherever they are. The switch deletes the site's policy, and settings and keys of who runs this.
  ${GetParameters} $Arguments
  ClearErrors
  ${GetOptions} $Arguments "/PURGE" $0
  ${IfNot} ${Errors}
    SetShellVarContext current
    RMDir /r "$LOCALAPPDATA\leadglass"
  ${EndIf}
SectionEnd
