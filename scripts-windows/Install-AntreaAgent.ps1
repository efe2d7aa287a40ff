#Requires -Version 5.1
<#
.SYNOPSIS
Installs the agent's programs, its CNI plugins and its configuration, and the agent as a service unless a Pod runs it.

.DESCRIPTION
Takes a directory that assemble.sh made (or the image has): bin, cni, etc. Programs are replaced; an agent that runs as a service is
stopped for that, and Start.ps1 starts it again. Configuration that is there stays, unless -ReplaceConfig. The service is registered
with nssm, which rotates its log, and depends on Open vSwitch. The container runtime's configuration comes last: from then on it takes
the Node's network for ready. It is safe to run twice.
Exit codes: 0 done; 1 a step failed; 2 something is missing, nothing was changed.

.PARAMETER Source
The directory with the programs; the one that this script's directory is in, unless given.

.PARAMETER AntreaHome
Where programs, configuration and logs go. The agent expects the default.

.PARAMETER KubeConfig
How the agent reaches the Kubernetes API: copied to AntreaHome\etc\kubeconfig, for administrators only.

.PARAMETER ControllerAddress
Address of the Service antrea or of antrea-controller, host or host:port; 443 unless the port is given. Without it
this Node enforces no policies. Not needed with a kube-proxy that reaches Services.

.PARAMETER NodeName
Name of this Node in the cluster; the name of the machine, in lower case, unless given.

.PARAMETER CniBinDir
Where the container runtime looks for plugins.

.PARAMETER CniConfDir
Where the container runtime looks for their configuration.

.PARAMETER NetworkConfig
The list of plugins for the container runtime; that of -Source unless given.

.PARAMETER NssmPath
The program nssm.exe.

.PARAMETER WithoutService
Installs CNI plugins and their configuration only: a Pod runs the agent.

.PARAMETER ReplaceConfig
Replaces configuration that is there.

.EXAMPLE
.\Install-AntreaAgent.ps1 -KubeConfig C:\k\agent.kubeconfig -ControllerAddress 10.96.0.42

.EXAMPLE
.\Install-AntreaAgent.ps1 -WithoutService -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidateScript( { Test-Path -LiteralPath $_ -PathType Container })]
    [string] $Source = (Split-Path -Parent $PSScriptRoot),
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $AntreaHome = 'C:\k\antrea',
    [ValidateScript( { Test-Path -LiteralPath $_ -PathType Leaf })] [string] $KubeConfig,
    [ValidatePattern('^([\w.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?$')] [string] $ControllerAddress,
    [ValidatePattern('^[\w.-]{1,253}$')] [string] $NodeName = $env:COMPUTERNAME.ToLowerInvariant(),
    [ValidateNotNullOrEmpty()] [string] $CniBinDir = 'C:\opt\cni\bin',
    [ValidateNotNullOrEmpty()] [string] $CniConfDir = 'C:\etc\cni\net.d',
    [ValidateScript( { Test-Path -LiteralPath $_ -PathType Leaf })] [string] $NetworkConfig,
    [ValidateNotNullOrEmpty()] [string] $NssmPath = 'C:\k\nssm.exe',
    [switch] $WithoutService,
    [switch] $ReplaceConfig
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant
$service = $names.services.agent
$etc = Join-Path $AntreaHome 'etc'
$config = Join-Path $etc 'antrea-agent.conf'
$kubeConfigCopy = Join-Path $etc 'kubeconfig'

function Assert-Source {
    $needed = 'bin\node.exe', 'bin\antrea-agent\main.js', 'cni\antrea.exe', 'cni\host-local.exe', 'etc\antrea-cni.conflist'
    foreach ($each in $needed) {
        $path = Join-Path $Source $each
        if (-not (Test-Path -LiteralPath $path)) {
            throw (Get-AntreaException -ExitCode 2 -Where $path -What 'it is missing' `
                    -Remedy 'Give a directory with -Source that scripts-windows/assemble.sh made')
        }
    }
    if ($WithoutService) {
        return
    }
    if (-not $KubeConfig -and -not (Test-Path -LiteralPath $kubeConfigCopy)) {
        throw (Get-AntreaException -ExitCode 2 -Where '-KubeConfig' `
                -What 'it is not given, and none is installed' -Remedy 'Give a kubeconfig of account kube-system/antrea-agent')
    }
    if (-not (Get-Command -Name $NssmPath -CommandType Application -ErrorAction SilentlyContinue)) {
        throw (Get-AntreaException -ExitCode 2 -Where $NssmPath -What 'there is no such program' `
                -Remedy 'Put nssm.exe there, or tell its path with -NssmPath')
    }
}

# A file that may be in use is replaced by a rename: the old one goes as soon as nobody runs it.
function Install-File([string] $From, [string] $To) {
    if (Test-Path -LiteralPath $To) {
        $old = (Get-FileHash -LiteralPath $To -Algorithm SHA256).Hash
        if ($old -eq (Get-FileHash -LiteralPath $From -Algorithm SHA256).Hash) {
            return
        }
    }
    Invoke-AntreaStep -Caller $PSCmdlet -Target $To -Action "replace by $From" -Do {
        if (Test-Path -LiteralPath $To) {
            Remove-Item -LiteralPath "$To.old" -Force -ErrorAction SilentlyContinue
            Move-Item -LiteralPath $To -Destination "$To.old" -Force
        }
        Copy-Item -LiteralPath $From -Destination $To
        Remove-Item -LiteralPath "$To.old" -Force -ErrorAction SilentlyContinue
    }
}

function Install-Program {
    $bin = Join-Path $AntreaHome 'bin'
    Invoke-AntreaStep -Caller $PSCmdlet -Target $bin -Action "replace by those of $Source" -Do {
        Copy-Item -Path (Join-Path $Source 'bin\*') -Destination $bin -Recurse -Force
    }
    $scripts = Join-Path $AntreaHome 'scripts'
    if ($PSScriptRoot -ne $scripts) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target $scripts -Action 'replace by these scripts' -Do {
            Copy-Item -Path (Join-Path $PSScriptRoot '*') -Destination $scripts -Recurse -Force
        }
    }
}

function Install-Plugin {
    foreach ($plugin in 'antrea.exe', 'host-local.exe') {
        $from = Join-Path (Join-Path $Source 'cni') $plugin
        Install-File -From $from -To (Join-Path $CniBinDir $plugin)
    }
}

function Install-Config {
    if ($ReplaceConfig -or -not (Test-Path -LiteralPath $config)) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target $config -Action 'write' -Do {
            $lines = @(
                '# Configuration of antrea-agent; docs/antrea-agent-conf.md describes all keys.'
                'clientConnection:'
                "  kubeconfig: '$kubeConfigCopy'"
            )
            [IO.File]::WriteAllText($config, ($lines -join "`n") + "`n")
        }
    }
    if ($KubeConfig) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target $kubeConfigCopy -Action 'write, for administrators only' -Do {
            # Closed to others before anything is in it.
            if (-not (Test-Path -LiteralPath $kubeConfigCopy)) {
                [void](New-Item -ItemType File -Path $kubeConfigCopy)
            }
            Protect-AntreaPath -Path $kubeConfigCopy
            Copy-Item -LiteralPath $KubeConfig -Destination $kubeConfigCopy -Force
        }
    }
}

function Get-ServiceEnvironment {
    $variables = @("NODE_NAME=$NodeName")
    if ($ControllerAddress -match '^(?<name>\[.+\]|[^:]+)(:(?<port>\d+))?$') {
        $port = '443'
        if ($Matches.ContainsKey('port')) {
            $port = $Matches['port']
        }
        $variables += "ANTREA_SERVICE_HOST=$($Matches['name'].Trim('[', ']'))", "ANTREA_SERVICE_PORT=$port"
    }
    return $variables
}

function Install-Service {
    $node = Join-Path $AntreaHome 'bin\node.exe'
    $main = Join-Path $AntreaHome 'bin\antrea-agent\main.js'
    $log = Join-Path $names.agent.logDir 'antrea-agent.log'
    $settings = @(
        , @('AppParameters', "$main --config $config")
        , @('AppDirectory', $AntreaHome)
        , (@('AppEnvironmentExtra') + (Get-ServiceEnvironment))
        , @('DependOnService', $names.services.ovsdb, $names.services.vswitchd)
        , @('Start', 'SERVICE_DELAYED_AUTO_START')
        , @('AppStdout', $log)
        , @('AppStderr', $log)
        , @('AppRotateFiles', '1')
        , @('AppRotateOnline', '1')
        , @('AppRotateBytes', '104857600')
        # Control-C is how the agent is asked to end; it takes its time to let go of what it does.
        , @('AppStopMethodConsole', '15000')
    )
    Invoke-AntreaStep -Caller $PSCmdlet -Target "service $service" -Action "register: $node $main" -Do {
        if (-not (Get-AntreaService -Name $service)) {
            [void](Invoke-AntreaProgram -FilePath $NssmPath -ArgumentList 'install', $service, $node)
        }
        foreach ($setting in $settings) {
            [void](Invoke-AntreaProgram -FilePath $NssmPath -ArgumentList (@('set', $service) + $setting))
        }
    }
}

try {
    Assert-AntreaAdministrator
    Assert-Source
    if (-not $WithoutService -and -not $ControllerAddress -and -not (Get-AntreaService -Name $service)) {
        Write-Warning -Message 'without -ControllerAddress the agent finds the controller only where kube-proxy leads to Services'
    }
    Invoke-AntreaServiceStop -Caller $PSCmdlet -Name $service
    Add-AntreaDirectory -Caller $PSCmdlet -Path $names.agent.logDir, $names.agent.runDir, $CniBinDir, $CniConfDir
    # The agent's token and its notes are in it.
    Invoke-AntreaStep -Caller $PSCmdlet -Target $names.agent.runDir -Action 'close to all but administrators' -Do {
        Protect-AntreaPath -Path $names.agent.runDir -Directory
    }
    if (-not $WithoutService) {
        $own = 'bin', 'etc', 'scripts' | ForEach-Object { Join-Path $AntreaHome $_ }
        Add-AntreaDirectory -Caller $PSCmdlet -Path $own
        Install-Program
        Install-Config
        Install-Service
    }
    Install-Plugin
    if (-not $NetworkConfig) {
        $NetworkConfig = Join-Path $Source 'etc\antrea-cni.conflist'
    }
    Install-File -From $NetworkConfig -To (Join-Path $CniConfDir '10-antrea.conflist')
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
