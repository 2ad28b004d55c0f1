# Tries the installers on a real Windows 10 or 11, from an administrator's PowerShell on a machine that may be thrown away:
#
#   powershell -ExecutionPolicy Bypass -File windows.ps1 -Dist D:\dist [-Older D:\older\leadglass-VERSION-windows-x86_64.exe]
#
# It proves what Wine cannot: that no C++ runtime is missed on a bare Windows, that SmartScreen and the signature are in
# order, that the firewall's rule holds, that a program in use is noticed, and that the window is drawn.
param([Parameter(Mandatory)][string]$Dist, [string]$Older = '')
$ErrorActionPreference = 'Stop'
$home_ = "$env:ProgramFiles\Leadglass"
function Say($text) { Write-Host "== $text" }
function Need($condition, $text) { if (-not $condition) { throw "FAILED: $text" } }
function Run($file, $arguments) {
    $ended = Start-Process -FilePath $file -ArgumentList $arguments -Wait -PassThru
    return $ended.ExitCode
}

Say 'check sums'
foreach ($line in Get-Content "$Dist\SHA256SUMS") {
    $sum, $name = $line -split '\s+', 2
    if (Test-Path "$Dist\$name") { Need ((Get-FileHash "$Dist\$name").Hash -eq $sum) "check sum of $name" }
}
$exe = (Get-Item "$Dist\leadglass-[0-9]*-windows-x86_64.exe").FullName
$msi = (Get-Item "$Dist\leadglass-[0-9]*-windows-x86_64.msi").FullName
Say "signature: $((Get-AuthenticodeSignature $exe).Status)"

# What Windows answers to a connection of the program's Python: 10013 (WSAEACCES) where a rule forbids it. The address
# belongs to nobody (RFC 5737), so that without a rule it answers something else, or nothing in time.
function Connection {
    & "$home_\python\python.exe" -c "import socket, sys; s = socket.socket(); s.settimeout(5); sys.exit(s.connect_ex(('192.0.2.1', 9)))"
    return $LASTEXITCODE
}
function SelfTest {
    & "$home_\bin\leadglass.exe" selftest --progress none | Out-Host
    Need ($LASTEXITCODE -eq 0) 'the self-test'
}

if ($Older) {
    Say 'an older build, and a project made by it'
    Need ((Run $Older '/S') -eq 0) 'the older installer'
    & "$home_\bin\leadglass.exe" new "$env:TEMP\kept.leadglass" --progress none | Out-Host
    Need ($LASTEXITCODE -eq 0) 'a project by the older build'
}

Say 'unattended installation'
Need ((Run $exe '/S') -eq 0) 'the installer'
Need ((Connection) -ne 10013) 'connections are forbidden without our rule: the next step would prove nothing'

Say 'again, with the firewall rule: nothing goes out'
Need ((Run $exe '/S /FIREWALL') -eq 0) 'the installer'
Need (Get-NetFirewallRule -DisplayName 'Leadglass: nothing goes out') 'the firewall rule'
Need ((Connection) -eq 10013) 'a connection was not forbidden'

if ($Older) {
    Say 'the project of the older build opens'
    & "$home_\bin\leadglass.exe" review "$env:TEMP\kept.leadglass" --progress none | Out-Host
    Need ($LASTEXITCODE -eq 0) 'the project'
}

Say 'self-test'
SelfTest

$training = Get-Item "$Dist\leadglass-training-*-windows-x86_64.exe" -ErrorAction SilentlyContinue
if ($training) {
    Say 'training is added, works, and goes again'
    Need ((Run $training.FullName '/S') -eq 0) 'the installer of training'
    Need (Test-Path "$home_\training\keras") 'the training component is not there'
    SelfTest
    Need ((Run "$home_\uninstall-training.exe" "/S _?=$home_") -eq 0) 'the uninstaller of training'
    Need (-not (Test-Path "$home_\training")) 'the training component is still there'
}

Say 'the window'
$window = Start-Process "$home_\bin\leadglass-window.exe" -PassThru
Start-Sleep 30
Need (-not $window.HasExited) 'the window closed by itself'

Say 'a copy in use is noticed'
Need ((Run $exe '/S') -eq 2) 'the installer replaced a copy in use'
Stop-Process -Id $window.Id
Start-Sleep 5
Need (-not (Get-Process python -ErrorAction SilentlyContinue | Where-Object Path -like "$home_*")) 'a child stayed behind'

Say 'repair, then removed'
Need ((Run $exe '/S') -eq 0) 'the repair'
Need ((Run "$home_\uninstall.exe" "/S _?=$home_") -eq 0) 'the uninstaller'
Need (-not (Test-Path "$home_\python")) 'the program is still there'
Need (-not (Get-NetFirewallRule -DisplayName 'Leadglass: nothing goes out' -ErrorAction SilentlyContinue)) 'the rule is still there'

Say 'the .msi'
Need ((Run 'msiexec.exe' "/i `"$msi`" /qn FIREWALL=1") -eq 0) 'msiexec /i'
Need ((Run 'msiexec.exe' "/fa `"$msi`" /qn") -eq 0) 'msiexec /fa'
& "$home_\bin\leadglass.exe" --version
Need ((Run 'msiexec.exe' "/x `"$msi`" /qn PURGE=1") -eq 0) 'msiexec /x'
Need (-not (Test-Path "$home_\python")) 'the program is still there'
Say 'all of it held'
