#Requires -Version 5.1
<#
.SYNOPSIS
Stops the agent, where it is a service. Open vSwitch goes on forwarding.

.DESCRIPTION
Exit codes: 0 the agent does not run; 1 a step failed; 2 something is missing. It is safe to run twice.

.PARAMETER StopKubeProxy
Stops the service kube-proxy, too.

.EXAMPLE
.\Stop.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param([switch] $StopKubeProxy)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant

try {
    Assert-AntreaAdministrator
    Invoke-AntreaServiceStop -Caller $PSCmdlet -Name $names.services.agent
    if ($StopKubeProxy) {
        Invoke-AntreaServiceStop -Caller $PSCmdlet -Name 'kube-proxy'
    }
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
