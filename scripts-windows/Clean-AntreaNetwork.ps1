#Requires -Version 5.1
<#
.SYNOPSIS
Removes from this machine what antrea-agent made of its network, and gives the physical adapter back to the host.

.DESCRIPTION
For a Node that leaves the cluster, and for one that lost its network: HNS forgets networks when Windows is not shut down in order.
Removes the bridge, the HNS network, NetNat, firewall rules and routes of the agent; makes Open vSwitch's database anew when its
service hangs; takes the binding of Hyper-V's switch (vms_pp) off the physical adapter, without which that does not get its address
back; asks DHCP, and gives the adapter what it then lacks of what the agent wrote down.

The connection of a remote session pauses meanwhile. It is safe to run twice, and refuses while the agent runs.
Exit codes: 0 done; 1 a step failed; 2 something stands against it, nothing was changed.

.PARAMETER OVSInstallDir
Where Open vSwitch is.

.PARAMETER Uplink
Name of the physical adapter, when neither HNS nor the agent's notes tell it. Without it the binding is taken off all of them.

.EXAMPLE
.\Clean-AntreaNetwork.ps1 -WhatIf

.EXAMPLE
.\Clean-AntreaNetwork.ps1 -Uplink Ethernet0
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
param(
    [ValidatePattern('^[A-Za-z]:\\[\w.\\-]+$')] [string] $OVSInstallDir = 'C:\openvswitch',
    [ValidateNotNullOrEmpty()] [string] $Uplink
)

Import-Module -Name (Join-Path $PSScriptRoot 'Antrea.psm1'), (Join-Path $PSScriptRoot 'AntreaNetwork.psm1')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$names = Get-AntreaConstant
$bridge = $names.agent.bridge

function Get-Adapter([string] $Name) {
    return Get-NetAdapter -Name $Name -ErrorAction SilentlyContinue
}

# Named by the administrator, by HNS, or by the agent's notes; nothing when nobody knows.
function Get-UplinkName {
    if ($Uplink) {
        return $Uplink
    }
    $network = Get-AntreaNetwork
    if ($network -and $network.NetworkAdapterName) {
        return $network.NetworkAdapterName
    }
    $setting = Get-AntreaUplinkSetting
    if ($setting) {
        return $setting.adapter
    }
}

function Clear-Bridge {
    $service = Get-AntreaService -Name $names.services.vswitchd
    if (-not $service -or $service.Status -ne 'Running' -or -not (Get-Adapter -Name $bridge)) {
        return
    }
    $vsctl = Join-Path $OVSInstallDir 'usr\bin\ovs-vsctl.exe'
    Invoke-AntreaStep -Caller $PSCmdlet -Target "bridge $bridge" -Action 'delete' -Do {
        $arguments = '--no-wait', '--timeout=15', '--if-exists', 'del-br', $bridge
        [void](Invoke-AntreaProgram -FilePath $vsctl -ArgumentList $arguments)
        $gone = Wait-AntreaCondition -Seconds 50 -Until { -not (Get-Adapter -Name $bridge) }
        if (-not $gone) {
            Write-Warning -Message "adapter $bridge is still there after 50 seconds"
        }
    }
}

function Clear-Network {
    $network = Get-AntreaNetwork
    if ($network) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target "HNS network $($names.hnsNetwork)" -Action 'remove' -Do {
            $network | Remove-HnsNetwork
        }
    }
}

function Clear-Rule {
    if (Get-NetNat -Name $names.netNat -ErrorAction SilentlyContinue) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target "NetNat $($names.netNat)" -Action 'remove' -Do {
            Remove-NetNat -Name $names.netNat -Confirm:$false
        }
    }
    if (Get-NetFirewallRule -Group $names.firewallGroup -ErrorAction SilentlyContinue) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target "firewall rules of group $($names.firewallGroup)" -Action 'remove' -Do {
            Remove-NetFirewallRule -Group $names.firewallGroup
        }
    }
    $routes = @(Get-NetRoute -AddressFamily IPv4 | Where-Object -Property RouteMetric -EQ -Value $names.routeMetric)
    foreach ($route in $routes) {
        $at = @{
            DestinationPrefix = $route.DestinationPrefix
            NextHop           = $route.NextHop
            InterfaceAlias    = $route.InterfaceAlias
        }
        Invoke-AntreaStep -Caller $PSCmdlet -Target "route to $($route.DestinationPrefix)" -Action 'remove' -Do {
            Remove-NetRoute @at -Confirm:$false
        }
    }
}

# Adapters that outlive their bridge keep addresses that the physical one needs.
function Clear-LeftAdapter {
    foreach ($name in $bridge, $names.agent.gateway) {
        if (-not (Get-Adapter -Name $name)) {
            continue
        }
        foreach ($address in @(Get-AntreaAddress -InterfaceAlias $name)) {
            $ip = $address.IPAddress
            Invoke-AntreaStep -Caller $PSCmdlet -Target "address $ip of adapter $name" -Action 'remove' -Do {
                Remove-NetIPAddress -InterfaceAlias $name -IPAddress $ip -Confirm:$false
            }
        }
        Write-Warning -Message "adapter $name outlived its bridge: remove it in the device manager, or restart Windows"
    }
}

# With the binding of a switch that is gone, Windows does not give the adapter an address.
function Clear-SwitchBinding([string] $Adapter) {
    $component = @{ ComponentID = $names.switchBinding }
    if ($Adapter) {
        $bindings = Get-NetAdapterBinding @component -Name $Adapter -ErrorAction SilentlyContinue
    }
    else {
        $physical = @(Get-NetAdapter -Physical | Select-Object -ExpandProperty Name)
        $bindings = Get-NetAdapterBinding @component | Where-Object { $physical -contains $_.Name }
    }
    foreach ($binding in @($bindings | Where-Object -Property Enabled -EQ -Value $true)) {
        $name = $binding.Name
        Invoke-AntreaStep -Caller $PSCmdlet -Target "adapter $name" -Action "take binding $($names.switchBinding) off" -Do {
            Disable-NetAdapterBinding @component -Name $name
        }
    }
}

# Gives the adapter what it had, as far as it lacks it.
function Restore-Address([psobject] $Setting) {
    $on = @{ InterfaceAlias = $Setting.adapter }
    $held = @(Get-AntreaAddress @on | Select-Object -ExpandProperty IPAddress)
    foreach ($address in @($Setting.addresses | Where-Object { $held -notcontains $_.ip })) {
        [void](New-NetIPAddress @on -IPAddress $address.ip -PrefixLength $address.prefixLength)
    }
    $routes = @($Setting.routes)
    if ($Setting.PSObject.Properties.Name -contains 'gateway') {
        $routes += [pscustomobject] @{ prefix = '0.0.0.0/0'; nextHop = $Setting.gateway; metric = 256 }
    }
    $prefixes = @(Get-NetRoute @on -AddressFamily IPv4 -ErrorAction SilentlyContinue |
            Select-Object -ExpandProperty DestinationPrefix)
    foreach ($route in @($routes | Where-Object { $prefixes -notcontains $_.prefix })) {
        $to = @{ DestinationPrefix = $route.prefix; NextHop = $route.nextHop; RouteMetric = $route.metric }
        [void](New-NetRoute @on @to)
    }
    if ($Setting.dnsServers) {
        Set-DnsClientServerAddress @on -ServerAddresses $Setting.dnsServers
    }
}

function Restore-Uplink([string] $Adapter) {
    Invoke-AntreaStep -Caller $PSCmdlet -Target 'DHCP' -Action 'ask for addresses' -Do {
        # 1: there is an adapter without DHCP.
        [void](Invoke-AntreaProgram -FilePath 'ipconfig.exe' -ArgumentList '/renew' -Accept 0, 1)
    }
    $setting = Get-AntreaUplinkSetting
    if ($Adapter -and $setting -and $setting.adapter -eq $Adapter) {
        Invoke-AntreaStep -Caller $PSCmdlet -Target "adapter $Adapter" -Action 'give it back what it had' -Do {
            [void](Wait-AntreaCondition -Seconds 10 -Until { Get-AntreaAddress -InterfaceAlias $Adapter })
            Restore-Address -Setting $setting
            Remove-Item -LiteralPath $names.agent.uplinkSettings
        }
    }
}

try {
    Assert-AntreaAdministrator
    Assert-AntreaAgentStopped
    $adapter = Get-UplinkName
    if ($Uplink -and -not (Get-Adapter -Name $Uplink)) {
        throw (Get-AntreaException -ExitCode 2 -Where "-Uplink $Uplink" -What 'there is no such adapter' `
                -Remedy 'Take a name that Get-NetAdapter -Physical gives')
    }
    Clear-Bridge
    Clear-Network
    Repair-AntreaOvs -Caller $PSCmdlet -OVSInstallDir $OVSInstallDir
    Clear-Rule
    Clear-LeftAdapter
    Clear-SwitchBinding -Adapter $adapter
    Restore-Uplink -Adapter $adapter
    exit 0
}
catch {
    exit (Write-AntreaFailure -ErrorRecord $_)
}
