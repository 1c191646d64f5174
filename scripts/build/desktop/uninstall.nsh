; The app registers minisub: links for the account when it starts. An update keeps them.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegKey HKCU "Software\Classes\minisub"
  ${endIf}
!macroend
