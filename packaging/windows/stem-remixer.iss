; The Windows installer, for Inno Setup 6: iscc /DVersion=1.2.3 packaging\windows\stem-remixer.iss
; Needs the bundle that `python packaging\build.py` makes in dist\. Songs and settings are never touched.
#ifndef Version
  #error Give the version: iscc /DVersion=1.2.3
#endif
#define Name "Stem Remixer"
#define Bundle "..\..\dist\stem-remixer"

[Setup]
AppId={{6E0E2C0B-5B8C-4C58-9C1F-6F0B5D1C7A42}
AppName={#Name}
AppVersion={#Version}
DefaultDirName={autopf}\{#Name}
DefaultGroupName={#Name}
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
Compression=lzma2/max
SolidCompression=yes
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\package\remixer\stem-remixer.ico
UninstallDisplayIcon={app}\stem-remixer.exe
OutputDir=..\..\dist
OutputBaseFilename=stem-remixer-{#Version}-windows-x64
ChangesAssociations=yes
ChangesEnvironment=no
CloseApplications=yes
MinVersion=10.0.17763

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
; An upgrade replaces the whole program: a library of the old version must not be found by the new one.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\{#Name}"; Filename: "{app}\stem-remixer.exe"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\stem-remixer.exe"; Tasks: desktop

[Tasks]
Name: desktop; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Registry]
; "Open with": the program is offered for songs and becomes nobody's default by itself.
Root: HKA; Subkey: "Software\Classes\StemRemixer.Song"; ValueType: string; ValueData: "Song"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\StemRemixer.Song\DefaultIcon"; ValueType: string; ValueData: "{app}\stem-remixer.exe,0"
Root: HKA; Subkey: "Software\Classes\StemRemixer.Song\shell\open\command"; ValueType: string; ValueData: """{app}\stem-remixer.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.wav\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.flac\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.mp3\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.m4a\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.ogg\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.opus\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.aiff\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.wma\OpenWithProgids"; ValueType: none; ValueName: "StemRemixer.Song"; Flags: uninsdeletevalue

[Run]
Filename: "{app}\stem-remixer.exe"; Description: "{cm:LaunchProgram,{#Name}}"; Flags: nowait postinstall skipifsilent
