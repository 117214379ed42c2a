; The installer for Windows: for the present user, so that nobody has to be
; administrator. `/S` asks nothing, `/D=FOLDER` (at the end) installs elsewhere.
;
; Defined by installer.ts: VERSION NUMBERS PROGRAM PATH_ENTRY LICENSE NOTICES
; COMPLETION OUTPUT COMPRESS SUMMARY HOMEPAGE PUBLISHER UNINSTALL_KEY KILOBYTES

Unicode true
Target amd64-unicode
SetCompressor lzma
SetCompress ${COMPRESS}
SetDatablockOptimize on
RequestExecutionLevel user
ManifestDPIAware true

!include MUI2.nsh

Name "austin ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\austin"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" InstallLocation

VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName austin
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "${SUMMARY}"
VIAddVersionKey CompanyName "${PUBLISHER}"
VIAddVersionKey LegalCopyright "see NOTICES.txt"

!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_TEXT "Open a new terminal and type: austin --help"
!insertmacro MUI_PAGE_LICENSE "${NOTICES}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

!macro PathEntry action
  InitPluginsDir
  SetOutPath "$PLUGINSDIR"
  File "/oname=path_entry.exe" "${PATH_ENTRY}"
  nsExec::Exec '"$PLUGINSDIR\path_entry.exe" ${action} $INSTDIR'
  Pop $0
  ${If} $0 != 0
    DetailPrint "PATH could not be changed: $INSTDIR"
    SetErrorLevel 3
  ${EndIf}
!macroend

Section
  SetOutPath "$INSTDIR"
  ; A program that runs cannot be written to, but its name can be given to another.
  Delete "$INSTDIR\austin.exe.old"
  Rename "$INSTDIR\austin.exe" "$INSTDIR\austin.exe.old"
  Delete "$INSTDIR\austin.exe.old"
  ClearErrors
  File "/oname=austin.exe" "${PROGRAM}"
  File "/oname=LICENSE.txt" "${LICENSE}"
  File "/oname=NOTICES.txt" "${NOTICES}"
  File "/oname=austin.ps1" "${COMPLETION}"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    SetErrorLevel 2
    Abort "Some files could not be written to $INSTDIR"
  ${EndIf}
  ; The name by which it shows functions of machine code. It takes no place.
  Delete "$INSTDIR\austinp.exe"
  System::Call 'kernel32::CreateHardLinkW(w "$INSTDIR\austinp.exe", w "$INSTDIR\austin.exe", p 0)i.r0'
  ${If} $0 = 0
    CopyFiles /SILENT "$INSTDIR\austin.exe" "$INSTDIR\austinp.exe"
  ${EndIf}

  WriteRegStr HKCU "${UNINSTALL_KEY}" DisplayName "austin"
  WriteRegStr HKCU "${UNINSTALL_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" DisplayIcon "$INSTDIR\austin.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" Publisher "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" URLInfoAbout "${HOMEPAGE}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" EstimatedSize ${KILOBYTES}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" NoModify 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" NoRepair 1
  !insertmacro PathEntry add
SectionEnd

Section Uninstall
  ; Another folder than ours, if somebody moved the uninstaller, is left alone.
  Delete "$INSTDIR\austin.exe"
  Delete "$INSTDIR\austin.exe.old"
  Delete "$INSTDIR\austinp.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\NOTICES.txt"
  Delete "$INSTDIR\austin.ps1"
  !insertmacro PathEntry remove
  ; The runtime that the program has unpacked.
  RMDir /r "$LOCALAPPDATA\austin"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  SetOutPath "$TEMP"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd
