; The training component for an installed Leadglass of the same version:
;
;   leadglass-training-VERSION-windows-x86_64.exe /S
;   uninstall-training.exe /S

!include common.nsh

Name "Leadglass training"
!define OWN "${LISTED}\LeadglassTraining"
!define WHAT training
!macro Parts DO
  !insertmacro ${DO} training
  !insertmacro ${DO} uninstall-training.exe
!macroend

!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

Function .onInit
  !insertmacro Prepare
  ReadRegStr $0 HKLM "${PLACE}" "Version"
  ${If} $0 != "${VERSION}"
    ${Refuse} "This component is for Leadglass ${VERSION}, which is not installed here. Install that first."
  ${EndIf}
  ReadRegStr $INSTDIR HKLM "${PLACE}" "Folder"
FunctionEnd

Function BringBack
  ${BringBackAll}
FunctionEnd

Section "Training"
  ${Begin}
  SetOutPath "$INSTDIR\training.new"
  ClearErrors
  SetOverwrite try
  File /r "${LAYOUT}/*.*"
  WriteUninstaller "$INSTDIR\training.new\uninstall-training.exe"
  ${Written}
  !insertmacro Parts Exchange
  RMDir /r "$INSTDIR\licences\training"
  ClearErrors
  CopyFiles /SILENT "$INSTDIR\training.new\licences\training" "$INSTDIR\licences"
  CopyFiles /SILENT "$INSTDIR\training.new\python\Lib\site-packages\leadglass-training.pth" "$INSTDIR\python\Lib\site-packages"
  ${Written}
  ${Settle}
  RMDir /r "$INSTDIR\training.new"
  WriteRegStr HKLM "${PLACE}" "Training" "${VERSION}"
  WriteRegStr HKLM "${OWN}" "DisplayName" "Leadglass training"
  WriteRegStr HKLM "${OWN}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${OWN}" "Publisher" "Leadglass"
  WriteRegStr HKLM "${OWN}" "DisplayIcon" "$INSTDIR\bin\leadglass-window.exe"
  WriteRegStr HKLM "${OWN}" "UninstallString" '"$INSTDIR\uninstall-training.exe"'
  WriteRegStr HKLM "${OWN}" "QuietUninstallString" '"$INSTDIR\uninstall-training.exe" /S'
  WriteRegDWORD HKLM "${OWN}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKLM "${OWN}" "NoModify" 1
  WriteRegDWORD HKLM "${OWN}" "NoRepair" 1
SectionEnd

Function un.onInit
  !insertmacro Prepare
FunctionEnd

Section "Uninstall"
  !insertmacro Remains
  RMDir /r "$INSTDIR\training"
  RMDir /r "$INSTDIR\licences\training"
  Delete "$INSTDIR\python\Lib\site-packages\leadglass-training.pth"
  Delete "$INSTDIR\uninstall-training.exe"
  DeleteRegValue HKLM "${PLACE}" "Training"
  DeleteRegKey HKLM "${OWN}"
SectionEnd
