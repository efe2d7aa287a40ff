#Requires -Version 5.1
<#
.SYNOPSIS
Removes Open vSwitch from this machine: its services, its driver, and its files if told.

.DESCRIPTION
Run Stop.ps1 and Clean-AntreaNetwork.ps1 before: while the adapter of the host is on a bridge, removing the driver cuts the host off,
so this refuses to. It is safe to run twice.
Exit codes: 0 done; 1 a step failed; 2 something stands against it, nothing was changed.

.PARAMETER OVSInstallDir
Where Open vSwitch is.

.PARAMETER DeleteBridges
Deletes all bridges first, also those that are not Antrea's.

.PARAMETER RemoveDirectory
Removes the directory with its database and logs, too.

.EXAMPLE
.\Uninstall-OVS.ps1 -DeleteBridges -RemoveDirectory
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
param(
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $OVSInstallDir = 'C:\openvswitch',
    [switch] $DeleteBridges,
    [switch] $RemoveDirectory
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant

try {
    Assert-AntreaAdministrator
    Assert-AntreaAgentStopped
    if (Get-AntreaNetwork) {
        throw (Get-AntreaException -ExitCode 2 -Where "HNS network $($names.hnsNetwork)" `
                -What 'it is there, and the adapter of the host is in it' -Remedy 'Run Clean-AntreaNetwork.ps1 first')
    }
    $vsctl = Join-Path $OVSInstallDir 'usr\bin\ovs-vsctl.exe'
    $database = Get-AntreaService -Name $names.services.ovsdb
    if ($DeleteBridges -and $database -and $database.Status -eq 'Running') {
        foreach ($bridge in @(Invoke-AntreaProgram -FilePath $vsctl -ArgumentList '--timeout=15', 'list-br')) {
            Invoke-AntreaStep -Caller $PSCmdlet -Target "bridge $bridge" -Action 'delete' -Do {
                $arguments = '--no-wait', '--timeout=15', '--if-exists', 'del-br', "$bridge"
                [void](Invoke-AntreaProgram -FilePath $vsctl -ArgumentList $arguments)
            }
        }
    }
    Invoke-AntreaServiceRemoval -Caller $PSCmdlet -Name $names.services.vswitchd
    Invoke-AntreaServiceRemoval -Caller $PSCmdlet -Name $names.services.ovsdb
    $driver = Join-Path $OVSInstallDir 'driver'
    if (Test-Path -LiteralPath (Join-Path $driver 'uninstall.cmd')) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target $driver -Action 'remove the driver' -Do {
            Push-Location -LiteralPath $driver
            try {
                [void](Invoke-AntreaProgram -FilePath 'cmd.exe' -ArgumentList '/c', 'uninstall.cmd')
            }
            finally {
                Pop-Location
            }
        }
    }
    if ($RemoveDirectory -and (Test-Path -LiteralPath $OVSInstallDir)) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target $OVSInstallDir -Action 'remove directory' -Do {
            Remove-Item -LiteralPath $OVSInstallDir -Recurse -Force
        }
    }
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
