#Requires -Version 5.1
<#
.SYNOPSIS
Gets a machine ready for the agent after it was started: run it once after every boot, before kubelet.

.DESCRIPTION
Cleans up (Clean-AntreaNetwork.ps1) unless the agent's HNS network is there with Open vSwitch's extension enabled, or there is
nothing of the agent's; starts Open vSwitch; and with -ServiceInterface makes the adapter that a kube-proxy in userspace mode needs.
It is safe to run twice; while the agent runs it changes nothing.
Exit codes: 0 done; 1 a step failed; 2 something is missing, nothing was changed.

.PARAMETER OVSInstallDir
Where Open vSwitch is.

.PARAMETER ServiceInterface
Runs Prepare-ServiceInterface.ps1, too.

.EXAMPLE
.\Prepare-AntreaAgent.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $OVSInstallDir = 'C:\openvswitch',
    [switch] $ServiceInterface
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant

# Whether something of the agent's is left of an earlier time.
function Test-Left {
    $adapter = Get-NetAdapter -Name $names.agent.bridge -ErrorAction SilentlyContinue
    return [bool]($adapter -or (Get-AntreaNetwork) -or (Get-AntreaUplinkSetting))
}

try {
    Assert-AntreaAdministrator
    foreach ($name in $names.services.ovsdb, $names.services.vswitchd) {
        if (-not (Get-AntreaService -Name $name)) {
            throw (Get-AntreaException -ExitCode 2 -Where "service $name" -What 'there is no such service' `
                    -Remedy 'Run Install-OVS.ps1 first')
        }
    }
    if (-not (Test-AntreaNetwork) -and (Test-Left)) {
        Invoke-AntreaScript -Name 'Clean-AntreaNetwork.ps1' -Parameters @{
            OVSInstallDir = $OVSInstallDir
            WhatIf        = [bool] $WhatIfPreference
        }
    }
    Invoke-AntreaServiceStart -Caller $PSCmdlet -Name $names.services.ovsdb
    Invoke-AntreaServiceStart -Caller $PSCmdlet -Name $names.services.vswitchd
    if ($ServiceInterface) {
        Invoke-AntreaScript -Name 'Prepare-ServiceInterface.ps1' -Parameters @{ WhatIf = [bool] $WhatIfPreference }
    }
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
