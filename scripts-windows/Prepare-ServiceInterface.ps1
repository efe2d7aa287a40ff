#Requires -Version 5.1
<#
.SYNOPSIS
Makes the adapter that kube-proxy puts the addresses of Services on.

.DESCRIPTION
Needed only for a kube-proxy in userspace mode (up to Kubernetes 1.25). Makes an internal switch of Hyper-V, an adapter of the
host on it, "vEthernet (HNS Internal NIC)" unless told, with forwarding, and names it in the machine's environment
(INTERFACE_TO_ADD_SERVICE_IP), which is where kube-proxy looks. A kube-proxy that runs is ended when the adapter was made: what
started it starts it again. It is safe to run twice.
Exit codes: 0 done; 1 a step failed; 2 something is missing, nothing was changed.

.PARAMETER InterfaceAlias
Name of the adapter, without "vEthernet ()".

.PARAMETER KeepKubeProxy
Leaves a kube-proxy that runs alone: it knows nothing of the adapter until it is started again.

.EXAMPLE
.\Prepare-ServiceInterface.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidatePattern('^[\w -]{1,64}$')] [string] $InterfaceAlias = 'HNS Internal NIC',
    [switch] $KeepKubeProxy
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant
$switchName = $names.serviceSwitch
$variable = $names.serviceInterfaceVariable

try {
    Assert-AntreaAdministrator
    if (-not (Test-AntreaFeature -Name 'Microsoft-Hyper-V')) {
        throw (Get-AntreaException -ExitCode 2 -Where 'Windows feature Microsoft-Hyper-V' -What 'it is not enabled' `
                -Remedy 'Run Prepare-Node.ps1 -EnableHyperV, and restart Windows')
    }
    $adapter = "vEthernet ($InterfaceAlias)"
    if ([Environment]::GetEnvironmentVariable($variable, 'Machine') -ne $adapter) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target "environment variable $variable" -Action "set to $adapter" -Do {
            [Environment]::SetEnvironmentVariable($variable, $adapter, 'Machine')
        }
    }
    if (Get-NetAdapter -Name $adapter -ErrorAction SilentlyContinue) {
        Write-AntreaLog -Message "adapter ${adapter}: is there"
        exit 0
    }
    if (-not (Get-VMSwitch -Name $switchName -ErrorAction SilentlyContinue)) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target "switch $switchName" -Action 'make, internal' -Do {
            [void](New-VMSwitch -Name $switchName -SwitchType Internal)
        }
    }
    Invoke-AntreaStep -Caller $PSCmdlet -Target "adapter $adapter" -Action "make on switch $switchName, with forwarding" -Do {
        Add-VMNetworkAdapter -ManagementOS -Name $InterfaceAlias -SwitchName $switchName
        Set-NetIPInterface -InterfaceAlias $adapter -Forwarding Enabled
    }
    if (-not $KeepKubeProxy -and (Get-Process -Name 'kube-proxy' -ErrorAction SilentlyContinue)) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target 'kube-proxy' -Action 'end, to be started again' -Do {
            Stop-Process -Name 'kube-proxy' -Force
        }
    }
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
