#Requires -Version 5.1
<#
.SYNOPSIS
Installs Open vSwitch for Windows: its driver in Hyper-V's switch, its programs, and its two services.

.DESCRIPTION
Takes the release that Antrea is used with (2.14.2-antrea.1), downloads it unless -LocalFile gives it, and checks its SHA-256 hash
before anything of it runs. The driver has to be signed: where the signature is none that Windows knows, its certificate is made
known to this machine (-SkipCertificate leaves that out), and for a driver with a test signature Windows must run in test mode:
bcdedit.exe /set TESTSIGNING ON, and a restart.

It is safe to run twice: what is installed stays. To install another release run Uninstall-OVS.ps1 -RemoveDirectory before.
Exit codes: 0 done; 1 a step failed; 2 something is missing, nothing was changed; 3010 done, and Windows has to be restarted.

.PARAMETER OVSInstallDir
Where Open vSwitch goes. The agent expects the default.

.PARAMETER LocalFile
An archive that is here already.

.PARAMETER DownloadUrl
Where the archive is fetched. Another one than the default needs -Hash.

.PARAMETER Hash
SHA-256 hash of the archive; that of the release that Antrea is used with unless given.

.PARAMETER SkipCertificate
Makes no certificate known to this machine: for drivers that are signed for everybody.

.EXAMPLE
.\Install-OVS.ps1 -WhatIf

.EXAMPLE
.\Install-OVS.ps1 -LocalFile C:\Users\Administrator\Downloads\ovs-win64.zip
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $OVSInstallDir = 'C:\openvswitch',
    [ValidateScript( { Test-Path -LiteralPath $_ -PathType Leaf })] [string] $LocalFile,
    [uri] $DownloadUrl,
    [ValidatePattern('^[0-9A-Fa-f]{64}$')] [string] $Hash,
    [switch] $SkipCertificate
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant
$driver = Join-Path $OVSInstallDir 'driver'

# Whether it is there as a whole; half of it is an error, because nobody can tell which half.
function Test-Installed {
    $found = @(
        Get-AntreaService -Name $names.services.ovsdb
        Get-AntreaService -Name $names.services.vswitchd
        Get-Item -LiteralPath $OVSInstallDir -ErrorAction SilentlyContinue
    )
    $count = @($found | Where-Object { $_ }).Count
    if ($count -in 1, 2) {
        throw (Get-AntreaException -ExitCode 2 -Where $OVSInstallDir `
                -What 'Open vSwitch is there in part: its directory and its services do not go together' `
                -Remedy 'Run Uninstall-OVS.ps1 -RemoveDirectory, and this again')
    }
    return $count -eq 3
}

function Get-Archive([string] $Directory) {
    $expected = $names.ovs.sha256
    if ($Hash) {
        $expected = $Hash
    }
    elseif ($DownloadUrl -and "$DownloadUrl" -ne $names.ovs.url) {
        throw (Get-AntreaException -ExitCode 2 -Where "-DownloadUrl $DownloadUrl" `
                -What 'its hash is not known' -Remedy 'Give the SHA-256 hash of the archive with -Hash')
    }
    if ($LocalFile) {
        Assert-AntreaFileHash -Path $LocalFile -Hash $expected
        return $LocalFile
    }
    $url = [uri] $names.ovs.url
    if ($DownloadUrl) {
        $url = $DownloadUrl
    }
    $archive = Join-Path $Directory 'ovs-win64.zip'
    Save-AntreaFile -Uri $url -Path $archive -Hash $expected
    return $archive
}

function Install-File {
    $temporary = Join-Path $env:TEMP ([guid]::NewGuid())
    [void](New-Item -ItemType Directory -Path $temporary)
    try {
        $archive = Get-Archive -Directory $temporary
        Expand-Archive -LiteralPath $archive -DestinationPath $temporary
        $unpacked = Join-Path $temporary 'openvswitch'
        if (-not (Test-Path -LiteralPath $unpacked)) {
            throw (Get-AntreaException -ExitCode 2 -Where $archive -What 'it has no directory openvswitch' `
                    -Remedy 'Take a release of Open vSwitch for Windows as Antrea publishes it')
        }
        Move-Item -LiteralPath $unpacked -Destination $OVSInstallDir
    }
    finally {
        Remove-Item -LiteralPath $temporary -Recurse -Force
    }
}

# Makes the signer of the driver known, so that Windows loads it.
function Import-Signer {
    $file = Join-Path $driver 'OVSExt.sys'
    $signer = (Get-AuthenticodeSignature -LiteralPath $file).SignerCertificate
    if (-not $signer) {
        Write-Warning -Message "$file is not signed: Windows loads it in test mode only (bcdedit.exe /set TESTSIGNING ON)"
        return
    }
    $certificate = Join-Path $env:TEMP 'antrea-ovs-driver.cer'
    [void](Export-Certificate -Cert $signer -FilePath $certificate -Type CERT)
    foreach ($store in 'Cert:\LocalMachine\TrustedPublisher', 'Cert:\LocalMachine\Root') {
        [void](Import-Certificate -FilePath $certificate -CertStoreLocation $store)
    }
    Remove-Item -LiteralPath $certificate
}

# 1638: a newer one is there. 3010: it is there after a restart.
function Install-Redistributable {
    $restart = $false
    foreach ($each in @(Get-ChildItem -Path (Join-Path $OVSInstallDir 'redist\*.exe') -ErrorAction SilentlyContinue)) {
        $arguments = '/install', '/passive', '/norestart'
        $process = Start-Process -FilePath $each.FullName -ArgumentList $arguments -Wait -PassThru
        if ($process.ExitCode -notin 0, 1638, 3010) {
            throw (Get-AntreaException -Where $each.FullName -What "it ended with exit code $($process.ExitCode)" `
                    -Remedy 'Install the Visual C++ redistributable by hand, and run this again')
        }
        $restart = $restart -or $process.ExitCode -eq 3010
    }
    return $restart
}

function Install-Driver {
    $vmms = Get-AntreaService -Name 'vmms'
    Push-Location -LiteralPath $driver
    try {
        if ($vmms -and $vmms.Status -eq 'Running') {
            [void](Invoke-AntreaProgram -FilePath 'cmd.exe' -ArgumentList '/c', 'install.cmd')
        }
        else {
            [void](Invoke-AntreaProgram -FilePath 'netcfg.exe' -ArgumentList '-l', 'ovsext.inf', '-c', 's', '-i', 'OVSExt')
        }
    }
    finally {
        Pop-Location
    }
}

function Add-MachinePath {
    $path = [Environment]::GetEnvironmentVariable('Path', 'Machine')
    $wanted = (Join-Path $OVSInstallDir 'usr\bin'), (Join-Path $OVSInstallDir 'usr\sbin')
    $missing = @($wanted | Where-Object { $path -split ';' -notcontains $_ })
    if ($missing) {
        [Environment]::SetEnvironmentVariable('Path', ((@($path) + $missing) -join ';'), 'Machine')
    }
}

function Set-OvsVersion {
    $version = (Get-Item -LiteralPath (Join-Path $driver 'OVSExt.sys')).VersionInfo.ProductVersion
    $vsctl = Join-Path $OVSInstallDir 'usr\bin\ovs-vsctl.exe'
    $arguments = '--no-wait', '--timeout=15', 'set', 'Open_vSwitch', '.', "ovs_version=$version"
    [void](Invoke-AntreaProgram -FilePath $vsctl -ArgumentList $arguments)
}

try {
    Assert-AntreaAdministrator
    if (Test-Installed) {
        Write-AntreaLog -Message "Open vSwitch is installed in $OVSInstallDir"
        exit 0
    }
    if (-not (Test-AntreaFeature -Name 'Microsoft-Hyper-V')) {
        Write-Warning -Message 'Windows feature Microsoft-Hyper-V is not enabled: Prepare-Node.ps1 -EnableHyperV does that'
    }
    $script:restart = $false
    $on = @{ Caller = $PSCmdlet; Target = $OVSInstallDir }
    Invoke-AntreaStep @on -Action "install the files of release $($names.ovs.version)" -Do { Install-File }
    $state = (Join-Path $OVSInstallDir 'var\log\openvswitch'), (Join-Path $OVSInstallDir 'var\run\openvswitch')
    Add-AntreaDirectory -Caller $PSCmdlet -Path ($state + (Join-Path $OVSInstallDir 'etc\openvswitch'))
    if (-not $SkipCertificate) {
        Invoke-AntreaStep @on -Action 'make the signer of the driver known to this machine' -Do { Import-Signer }
    }
    Invoke-AntreaStep @on -Action 'install the Visual C++ redistributables' -Do {
        $script:restart = Install-Redistributable
    }
    Invoke-AntreaStep @on -Action 'install the driver' -Do { Install-Driver }
    Invoke-AntreaStep @on -Action 'put the programs on the Path of this machine' -Do { Add-MachinePath }
    Add-AntreaOvsService -Caller $PSCmdlet -OVSInstallDir $OVSInstallDir
    if (-not $WhatIfPreference) {
        Invoke-AntreaServiceStart -Caller $PSCmdlet -Name $names.services.ovsdb
        Invoke-AntreaStep @on -Action 'tell the database the version' -Do { Set-OvsVersion }
        Invoke-AntreaServiceStart -Caller $PSCmdlet -Name $names.services.vswitchd
    }
    if ($script:restart) {
        Write-Warning -Message 'Windows has to be restarted'
        exit 3010
    }
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
