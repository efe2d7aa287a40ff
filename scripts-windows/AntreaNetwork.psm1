#Requires -Version 5.1
# The parts of a Node's network that scripts look at or repair: Open vSwitch's services, the HNS network, the uplink.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1')
$script:Constants = Get-AntreaConstant

function Get-AntreaService {
    <#
    .SYNOPSIS
    A service, or nothing when there is none.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)
    return Get-Service -Name $Name -ErrorAction SilentlyContinue
}

function Invoke-AntreaServiceStart {
    <#
    .SYNOPSIS
    Starts a service that does not run, and waits until it does.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [string] $Name
    )
    $service = Get-AntreaService -Name $Name
    if (-not $service) {
        throw (Get-AntreaException -ExitCode 2 -Where "service $Name" -What 'there is no such service' `
                -Remedy 'Run Install-OVS.ps1 for Open vSwitch, Install-AntreaAgent.ps1 for the agent')
    }
    if ($service.Status -eq 'Running') {
        return
    }
    Invoke-AntreaStep -Caller $Caller -Target "service $Name" -Action 'start' -Do {
        Start-Service -Name $Name
        $running = Wait-AntreaCondition -Seconds 30 -Until { (Get-Service -Name $Name).Status -eq 'Running' }
        if (-not $running) {
            throw (Get-AntreaException -Where "service $Name" -What 'it does not come up within 30 seconds' `
                    -Remedy 'Look into its log and into the event log "System"')
        }
    }
}

function Invoke-AntreaServiceStop {
    <#
    .SYNOPSIS
    Stops a service that runs; its absence is fine.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [string] $Name
    )
    $service = Get-AntreaService -Name $Name
    if ($service -and $service.Status -ne 'Stopped') {
        Invoke-AntreaStep -Caller $Caller -Target "service $Name" -Action 'stop' -Do {
            Stop-Service -Name $Name -Force
        }
    }
}

function Invoke-AntreaServiceRemoval {
    <#
    .SYNOPSIS
    Stops and deletes a service; its absence is fine.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [string] $Name
    )
    Invoke-AntreaServiceStop -Caller $Caller -Name $Name
    if (Get-AntreaService -Name $Name) {
        Invoke-AntreaStep -Caller $Caller -Target "service $Name" -Action 'delete' -Do {
            [void](Invoke-AntreaProgram -FilePath 'sc.exe' -ArgumentList 'delete', $Name)
        }
    }
}

function Add-AntreaOvsService {
    <#
    .SYNOPSIS
    Registers Open vSwitch's services, as far as they are missing: the database, and the switch that depends on it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [string] $OVSInstallDir
    )
    $database = Join-Path $OVSInstallDir 'etc\openvswitch\conf.db'
    $common = '-vfile:info --log-file --pidfile --service --service-monitor'
    $server = Join-Path $OVSInstallDir 'usr\sbin\ovsdb-server.exe'
    $switch = Join-Path $OVSInstallDir 'usr\sbin\ovs-vswitchd.exe'
    if (-not (Test-Path -LiteralPath $database)) {
        $tool = Join-Path $OVSInstallDir 'usr\bin\ovsdb-tool.exe'
        $schema = Join-Path $OVSInstallDir 'usr\share\openvswitch\vswitch.ovsschema'
        Invoke-AntreaStep -Caller $Caller -Target $database -Action 'make an empty database' -Do {
            [void](Invoke-AntreaProgram -FilePath $tool -ArgumentList 'create', $database, $schema)
        }
    }
    # The named pipe only: a TCP port would be open to everybody.
    $services = @(
        @{ Name = $script:Constants.services.ovsdb; Command = "$server $database --remote=punix:db.sock $common" }
        @{ Name = $script:Constants.services.vswitchd; Command = "$switch $common" }
    )
    foreach ($each in $services) {
        $name = $each.Name
        if (Get-AntreaService -Name $name) {
            continue
        }
        $command = $each.Command
        Invoke-AntreaStep -Caller $Caller -Target "service $name" -Action "register: $command" -Do {
            $parameters = @{ Name = $name; BinaryPathName = $command; StartupType = 'Automatic' }
            if ($name -eq $script:Constants.services.vswitchd) {
                $parameters['DependsOn'] = $script:Constants.services.ovsdb
            }
            [void](New-Service @parameters)
            $restart = 'failure', $name, 'reset=', '0', 'actions=', 'restart/0/restart/0/restart/0'
            [void](Invoke-AntreaProgram -FilePath 'sc.exe' -ArgumentList $restart)
        }
    }
}

function Repair-AntreaOvs {
    <#
    .SYNOPSIS
    Makes the switch's database and service anew when the service hangs while it starts, as it does after a power failure.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [string] $OVSInstallDir
    )
    $names = $script:Constants.services
    $service = Get-AntreaService -Name $names.vswitchd
    if (-not $service -or $service.Status -ne 'StartPending') {
        return
    }
    Invoke-AntreaStep -Caller $Caller -Target "service $($names.vswitchd)" -Action 'delete: it hangs' -Do {
        [void](Invoke-AntreaProgram -FilePath 'sc.exe' -ArgumentList 'delete', $names.vswitchd)
        Get-Process -Name $names.vswitchd -ErrorAction SilentlyContinue | Stop-Process -Force
    }
    Invoke-AntreaServiceStop -Caller $Caller -Name $names.ovsdb
    foreach ($each in 'var\run\openvswitch\ovs-vswitchd.pid', 'etc\openvswitch\conf.db') {
        $path = Join-Path $OVSInstallDir $each
        if (Test-Path -LiteralPath $path) {
            Invoke-AntreaStep -Caller $Caller -Target $path -Action 'remove' -Do { Remove-Item -LiteralPath $path -Force }
        }
    }
    Add-AntreaOvsService -Caller $Caller -OVSInstallDir $OVSInstallDir
    Invoke-AntreaServiceStart -Caller $Caller -Name $names.ovsdb
    Invoke-AntreaServiceStart -Caller $Caller -Name $names.vswitchd
}

function Get-AntreaNetwork {
    <#
    .SYNOPSIS
    The HNS network that the agent made, or nothing.
    #>
    [CmdletBinding()]
    param()
    return Get-HnsNetwork | Where-Object -Property Name -EQ -Value $script:Constants.hnsNetwork
}

function Test-AntreaNetwork {
    <#
    .SYNOPSIS
    Whether the agent's HNS network is there, and its switch works with Open vSwitch's extension.
    #>
    [CmdletBinding()]
    param()
    if (-not (Get-AntreaNetwork)) {
        return $false
    }
    $of = @{ VMSwitchName = $script:Constants.hnsNetwork; Name = $script:Constants.ovsExtensionName }
    $extension = Get-VMSwitchExtension @of -ErrorAction SilentlyContinue
    return [bool]($extension -and $extension.Enabled)
}

function Get-AntreaUplinkSetting {
    <#
    .SYNOPSIS
    What the agent wrote down of the adapter before it took it, or nothing: addresses, routes, DNS servers.
    #>
    [CmdletBinding()]
    param()
    $path = $script:Constants.agent.uplinkSettings
    if (Test-Path -LiteralPath $path) {
        return Get-Content -LiteralPath $path -Raw | ConvertFrom-Json
    }
}

function Get-AntreaAddress {
    <#
    .SYNOPSIS
    The IPv4 addresses of an adapter, without those that Windows gives one which got none.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $InterfaceAlias)
    $on = @{ InterfaceAlias = $InterfaceAlias; AddressFamily = 'IPv4' }
    return Get-NetIPAddress @on -ErrorAction SilentlyContinue | Where-Object -Property IPAddress -NotLike -Value '169.254.*'
}

Export-ModuleMember -Function *-Antrea*
