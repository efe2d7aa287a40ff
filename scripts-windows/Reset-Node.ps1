#Requires -Version 5.1
<#
.SYNOPSIS
Takes a machine out of its cluster: kubeadm's state, kubelet's directories, the agent with its network and its CNI files.

.DESCRIPTION
Stops agent and kubelet, runs kubeadm reset and Clean-AntreaNetwork.ps1, and leaves the machine as Prepare-Node.ps1 did: kubelet is
registered, its directories are empty. Drain the Node before, and delete it from the cluster afterwards. It is safe to run twice.
Exit codes: 0 done; 1 a step failed; 2 something stands against it, nothing was changed.

.PARAMETER KubernetesHome
Where kubeadm is.

.PARAMETER CniBinDir
Where the container runtime looks for plugins.

.PARAMETER CniConfDir
Where the container runtime looks for their configuration.

.PARAMETER OVSInstallDir
Where Open vSwitch is.

.EXAMPLE
.\Reset-Node.ps1 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $KubernetesHome = 'C:\k',
    [ValidateNotNullOrEmpty()] [string] $CniBinDir = 'C:\opt\cni\bin',
    [ValidateNotNullOrEmpty()] [string] $CniConfDir = 'C:\etc\cni\net.d',
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $OVSInstallDir = 'C:\openvswitch'
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant

try {
    Assert-AntreaAdministrator
    # First what tells the runtime that there is a network: no Pod is to be connected by what goes away.
    foreach ($file in (Join-Path $CniConfDir '10-antrea.conflist'), (Join-Path $CniBinDir 'antrea.exe')) {
        if (Test-Path -LiteralPath $file) {
            Invoke-AntreaStep -Caller $PSCmdlet -Target $file -Action 'remove' -Do { Remove-Item -LiteralPath $file -Force }
        }
    }
    Invoke-AntreaServiceStop -Caller $PSCmdlet -Name 'kubelet'
    Invoke-AntreaServiceStop -Caller $PSCmdlet -Name $names.services.agent
    $kubeadm = Join-Path $KubernetesHome 'kubeadm.exe'
    if (Test-Path -LiteralPath $kubeadm) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target 'kubeadm' -Action 'reset' -Do {
            [void](Invoke-AntreaProgram -FilePath $kubeadm -ArgumentList 'reset', '--force')
        }
    }
    Invoke-AntreaScript -Name 'Clean-AntreaNetwork.ps1' -Parameters @{
        OVSInstallDir = $OVSInstallDir
        WhatIf        = [bool] $WhatIfPreference
        Confirm       = $false
    }
    foreach ($directory in 'C:\var\lib\kubelet', 'C:\etc\kubernetes') {
        if (Test-Path -LiteralPath $directory) {
            Invoke-AntreaStep -Caller $PSCmdlet -Target $directory -Action 'remove directory' -Do {
                Remove-Item -LiteralPath $directory -Recurse -Force
            }
        }
    }
    Add-AntreaKubeletDirectory -Caller $PSCmdlet
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
