#Requires -Version 5.1
<#
.SYNOPSIS
Prepares a machine with containerd for kubeadm join: Hyper-V, kubelet and kubeadm, kubelet as a service, a hole in the firewall.

.DESCRIPTION
With -EnableHyperV it enables the Windows features first, which needs a restart: run it again afterwards. kubelet and kubeadm
are downloaded and checked by the SHA-256 hashes that are published beside them. kubelet is registered with nssm; what it starts
runs Prepare-AntreaAgent.ps1 first, because that has to be done after every boot. It is safe to run twice: programs
that are there with the right hash stay.
Exit codes: 0 done; 1 a step failed; 2 something is missing, nothing was changed; 3010 done so far, and Windows has to be restarted.

.PARAMETER NodeIP
The IPv4 address of this Node, on the physical adapter that Antrea shall use.

.PARAMETER KubernetesVersion
Version of kubelet and kubeadm: that of the control plane.

.PARAMETER KubernetesHome
Where they go.

.PARAMETER KubernetesUrl
Where they are fetched.

.PARAMETER NssmPath
The program nssm.exe.

.PARAMETER EnableHyperV
Enables the Windows features Hyper-V and Containers, where they are not.

.PARAMETER InstallOVS
Runs Install-OVS.ps1, too.

.EXAMPLE
.\Prepare-Node.ps1 -NodeIP 192.168.77.29 -KubernetesVersion v1.27.16 -EnableHyperV

.EXAMPLE
.\Prepare-Node.ps1 -NodeIP 192.168.77.29 -KubernetesVersion v1.27.16 -InstallOVS
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [ValidatePattern('^\d{1,3}(\.\d{1,3}){3}$')] [string] $NodeIP,
    [Parameter(Mandatory)] [ValidatePattern('^v\d+\.\d+\.\d+$')] [string] $KubernetesVersion,
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $KubernetesHome = 'C:\k',
    [uri] $KubernetesUrl = 'https://dl.k8s.io',
    [ValidateNotNullOrEmpty()] [string] $NssmPath = 'C:\k\nssm.exe',
    [switch] $EnableHyperV,
    [switch] $InstallOVS
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$features = 'Microsoft-Hyper-V', 'Microsoft-Hyper-V-Management-PowerShell', 'Containers'
$startKubelet = Join-Path $KubernetesHome 'StartKubelet.ps1'

function Enable-Feature {
    foreach ($feature in @($features | Where-Object { -not (Test-AntreaFeature -Name $_) })) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target "Windows feature $feature" -Action 'enable' -Do {
            $result = Enable-WindowsOptionalFeature -Online -FeatureName $feature -All -NoRestart
            $script:restartNeeded = $script:restartNeeded -or $result.RestartNeeded
        }
    }
}

function Assert-Requirement {
    $missing = @($features | Where-Object { -not (Test-AntreaFeature -Name $_) })
    if ($missing) {
        throw (Get-AntreaException -ExitCode 2 -Where "Windows features $($missing -join ', ')" -What 'they are not enabled' `
                -Remedy 'Run this with -EnableHyperV, restart Windows, and run it again')
    }
    if (-not (Get-NetIPAddress -IPAddress $NodeIP -ErrorAction SilentlyContinue)) {
        throw (Get-AntreaException -ExitCode 2 -Where "-NodeIP $NodeIP" -What 'no adapter has this address' `
                -Remedy 'Take one that Get-NetIPAddress -AddressFamily IPv4 gives for the physical adapter')
    }
    if (-not (Get-AntreaService -Name 'containerd')) {
        throw (Get-AntreaException -ExitCode 2 -Where 'service containerd' -What 'there is no such service' `
                -Remedy 'Install containerd 1.7 or newer first')
    }
    if (-not (Get-Command -Name $NssmPath -CommandType Application -ErrorAction SilentlyContinue)) {
        throw (Get-AntreaException -ExitCode 2 -Where $NssmPath -What 'there is no such program' `
                -Remedy 'Put nssm.exe there, or tell its path with -NssmPath')
    }
}

function Install-Kubernetes {
    foreach ($program in 'kubelet.exe', 'kubeadm.exe') {
        $url = "$("$KubernetesUrl".TrimEnd('/'))/release/$KubernetesVersion/bin/windows/amd64/$program"
        $path = Join-Path $KubernetesHome $program
        Invoke-AntreaStep -Caller $PSCmdlet -Target $path -Action "have it from $url" -Do {
            $sum = Join-Path $env:TEMP "$program.sha256"
            Invoke-WebRequest -Uri "$url.sha256" -OutFile $sum -UseBasicParsing
            $hash = (Get-Content -LiteralPath $sum -Raw).Trim()
            Save-AntreaFile -Uri $url -Path $path -Hash $hash
        }
    }
}

# What the service runs: the flags that kubeadm wrote, and those that it does not know.
function Get-KubeletScript {
    return @"
# Made by Prepare-Node.ps1: what the service kubelet runs.
`$ErrorActionPreference = 'Stop'
& '$(Join-Path $PSScriptRoot 'Prepare-AntreaAgent.ps1')'
`$flags = @()
if (Test-Path -LiteralPath 'C:\var\lib\kubelet\kubeadm-flags.env') {
    `$line = (Get-Content -LiteralPath 'C:\var\lib\kubelet\kubeadm-flags.env' -Raw).Trim()
    `$flags = (`$line -replace '^KUBELET_KUBEADM_ARGS=', '').Trim('"') -split ' '
}
`$flags += '--config=C:\var\lib\kubelet\config.yaml'
`$flags += '--bootstrap-kubeconfig=C:\etc\kubernetes\bootstrap-kubelet.conf'
`$flags += '--kubeconfig=C:\etc\kubernetes\kubelet.conf'
`$flags += '--cert-dir=C:\var\lib\kubelet\pki'
`$flags += '--hostname-override=$($env:COMPUTERNAME.ToLowerInvariant())'
`$flags += '--node-ip=$NodeIP'
`$flags += '--cgroups-per-qos=false'
`$flags += '--enforce-node-allocatable='
`$flags += '--resolv-conf='
& '$(Join-Path $KubernetesHome 'kubelet.exe')' @flags
"@
}

function Install-Kubelet {
    Invoke-AntreaStep -Caller $PSCmdlet -Target $startKubelet -Action 'write' -Do {
        [IO.File]::WriteAllText($startKubelet, (Get-KubeletScript))
    }
    if (-not (Get-AntreaService -Name 'kubelet')) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target 'service kubelet' -Action "register: $startKubelet" -Do {
            $arguments = 'install', 'kubelet', 'powershell.exe', '-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', $startKubelet
            [void](Invoke-AntreaProgram -FilePath $NssmPath -ArgumentList $arguments)
            $log = 'C:\var\log\kubelet\kubelet.log'
            $settings = @{
                DependOnService = 'containerd'
                AppStdout       = $log
                AppStderr       = $log
                AppRotateFiles  = '1'
                AppRotateBytes  = '104857600'
            }
            foreach ($key in $settings.Keys) {
                [void](Invoke-AntreaProgram -FilePath $NssmPath -ArgumentList 'set', 'kubelet', $key, $settings[$key])
            }
        }
    }
    if (-not (Get-NetFirewallRule -Name 'kubelet' -ErrorAction SilentlyContinue)) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target 'firewall rule kubelet' -Action 'allow TCP 10250' -Do {
            $rule = @{ Name = 'kubelet'; DisplayName = 'kubelet'; Direction = 'Inbound'; Action = 'Allow' }
            [void](New-NetFirewallRule @rule -Protocol TCP -LocalPort 10250)
        }
    }
}

try {
    Assert-AntreaAdministrator
    $script:restartNeeded = $false
    if ($EnableHyperV) {
        Enable-Feature
    }
    if ($script:restartNeeded) {
        Write-Warning -Message 'Windows has to be restarted; run this again afterwards'
        exit 3010
    }
    Assert-Requirement
    Add-AntreaDirectory -Caller $PSCmdlet -Path $KubernetesHome, 'C:\var\log\kubelet'
    Add-AntreaKubeletDirectory -Caller $PSCmdlet
    Install-Kubernetes
    if ($InstallOVS) {
        Invoke-AntreaScript -Name 'Install-OVS.ps1' -Parameters @{ WhatIf = [bool] $WhatIfPreference }
    }
    Install-Kubelet
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
