#Requires -Version 5.1
<#
.SYNOPSIS
Starts the agent, where it is a service, and what it needs.

.DESCRIPTION
Runs Prepare-AntreaAgent.ps1, starts kube-proxy if it is a service and -StartKubeProxy is given, then the agent, and waits until its
API answers. It is safe to run twice.
Exit codes: 0 the agent runs; 1 a step failed; 2 something is missing, nothing was changed.

.PARAMETER OVSInstallDir
Where Open vSwitch is.

.PARAMETER StartKubeProxy
Starts the service kube-proxy, too, with the adapter that its userspace mode needs.

.PARAMETER TimeoutSeconds
How long to wait for the agent's API.

.EXAMPLE
.\Start.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $OVSInstallDir = 'C:\openvswitch',
    [switch] $StartKubeProxy,
    [ValidateRange(1, 3600)] [int] $TimeoutSeconds = 120
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant

try {
    Assert-AntreaAdministrator
    if (-not (Get-AntreaService -Name $names.services.agent)) {
        throw (Get-AntreaException -ExitCode 2 -Where "service $($names.services.agent)" -What 'there is no such service' `
                -Remedy 'Run Install-AntreaAgent.ps1 first; where a Pod runs the agent, there is nothing to start')
    }
    Invoke-AntreaScript -Name 'Prepare-AntreaAgent.ps1' -Parameters @{
        OVSInstallDir    = $OVSInstallDir
        ServiceInterface = [bool] $StartKubeProxy
        WhatIf           = [bool] $WhatIfPreference
    }
    if ($StartKubeProxy) {
        Invoke-AntreaServiceStart -Caller $PSCmdlet -Name 'kube-proxy'
    }
    Invoke-AntreaServiceStart -Caller $PSCmdlet -Name $names.services.agent
    if (-not $WhatIfPreference) {
        $port = $names.agent.apiPort
        $answers = Wait-AntreaCondition -Seconds $TimeoutSeconds -Until {
            Get-NetTCPConnection -LocalPort $port -State Listen -ErrorAction SilentlyContinue
        }
        if (-not $answers) {
            throw (Get-AntreaException -Where "service $($names.services.agent)" `
                    -What "nobody listens on TCP port $port after $TimeoutSeconds seconds" `
                    -Remedy "The last lines of $(Join-Path $names.agent.logDir 'antrea-agent.log') tell why")
        }
    }
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
