const common = ['ErrorAction', 'ErrorVariable', 'Verbose', 'WarningAction', 'InformationAction'];
const confirmed = ['Confirm', 'WhatIf'];

const parameters: Readonly<Record<string, string>> = {
  // Microsoft.PowerShell.Core, .Management, .Utility, .Security, .Archive
  'Export-ModuleMember': 'Function Cmdlet Variable Alias',
  'ForEach-Object': 'Process Begin End MemberName InputObject',
  'Get-Command': 'Name CommandType Module Verb Noun All',
  'Import-Module': 'Name Force Global PassThru Scope',
  'Set-StrictMode': 'Version Off',
  'Where-Object': 'FilterScript Property Value EQ NE Like NotLike In NotIn Match Contains',
  'Copy-Item': 'Path LiteralPath Destination Recurse Force Container Filter Include Exclude',
  'Get-ChildItem': 'Path LiteralPath Filter Recurse Force File Directory Name',
  'Get-Content': 'Path LiteralPath Raw Encoding TotalCount Tail',
  'Get-Item': 'Path LiteralPath Force',
  'Get-Process': 'Name Id ComputerName Module',
  'Get-Service': 'Name DisplayName InputObject',
  'Join-Path': 'Path ChildPath Resolve',
  'Move-Item': 'Path LiteralPath Destination Force',
  'New-Item': 'Path Name ItemType Value Force',
  'New-Service': 'Name BinaryPathName DisplayName Description StartupType DependsOn Credential',
  'Pop-Location': 'StackName PassThru',
  'Push-Location': 'Path LiteralPath StackName PassThru',
  'Remove-Item': 'Path LiteralPath Recurse Force Filter',
  'Split-Path': 'Path LiteralPath Parent Leaf Qualifier',
  'Start-Process': 'FilePath ArgumentList Wait PassThru WorkingDirectory NoNewWindow',
  'Start-Service': 'Name InputObject PassThru',
  'Stop-Process': 'Name Id InputObject Force PassThru',
  'Stop-Service': 'Name InputObject Force NoWait PassThru',
  'Test-Path': 'Path LiteralPath PathType IsValid',
  'ConvertFrom-Json': 'InputObject',
  'Get-FileHash': 'Path LiteralPath Algorithm',
  'Invoke-WebRequest': 'Uri OutFile UseBasicParsing Method Headers Proxy TimeoutSec',
  'New-Object': 'TypeName ArgumentList ComObject Property',
  'Out-String': 'InputObject Width Stream',
  'Select-Object': 'Property ExpandProperty ExcludeProperty First Last Skip Unique Index',
  'Start-Sleep': 'Seconds Milliseconds',
  'Write-Information': 'MessageData Tags',
  'Write-Verbose': 'Message',
  'Write-Warning': 'Message',
  'Get-AuthenticodeSignature': 'FilePath LiteralPath',
  'Expand-Archive': 'Path LiteralPath DestinationPath Force',
  // PKI, Dism
  'Export-Certificate': 'Cert FilePath Type NoClobber Force',
  'Import-Certificate': 'FilePath CertStoreLocation',
  'Enable-WindowsOptionalFeature': 'Online FeatureName All NoRestart PackageName Source LimitAccess',
  'Get-WindowsOptionalFeature': 'Online FeatureName PackageName Path',
  // NetAdapter, NetTCPIP, DnsClient, NetNat, NetSecurity
  'Disable-NetAdapterBinding': 'Name InterfaceDescription ComponentID DisplayName AllBindings IncludeHidden PassThru',
  'Enable-NetAdapter': 'Name InterfaceDescription IncludeHidden PassThru',
  'Get-NetAdapter': 'Name InterfaceDescription InterfaceIndex IncludeHidden Physical',
  'Get-NetAdapterBinding': 'Name InterfaceDescription ComponentID DisplayName AllBindings IncludeHidden',
  'Set-NetAdapterAdvancedProperty':
    'Name InterfaceDescription DisplayName RegistryKeyword DisplayValue RegistryValue NoRestart IncludeHidden AllProperties',
  'Get-NetIPAddress':
    'IPAddress InterfaceIndex InterfaceAlias AddressFamily PrefixLength PolicyStore IncludeAllCompartments',
  'New-NetIPAddress': 'IPAddress InterfaceIndex InterfaceAlias AddressFamily PrefixLength DefaultGateway PolicyStore',
  'Remove-NetIPAddress':
    'IPAddress InterfaceIndex InterfaceAlias AddressFamily PrefixLength DefaultGateway PolicyStore',
  'Get-NetIPInterface':
    'InterfaceIndex InterfaceAlias AddressFamily Forwarding NlMtuBytes IncludeAllCompartments PolicyStore',
  'Set-NetIPInterface':
    'InterfaceIndex InterfaceAlias AddressFamily Forwarding NlMtuBytes IncludeAllCompartments PolicyStore',
  'Get-NetRoute': 'DestinationPrefix InterfaceIndex InterfaceAlias NextHop AddressFamily RouteMetric PolicyStore',
  'New-NetRoute': 'DestinationPrefix InterfaceIndex InterfaceAlias NextHop AddressFamily RouteMetric PolicyStore',
  'Remove-NetRoute': 'DestinationPrefix InterfaceIndex InterfaceAlias NextHop AddressFamily RouteMetric PolicyStore',
  'Get-NetTCPConnection': 'LocalAddress LocalPort RemoteAddress RemotePort State OwningProcess',
  'Get-DnsClientServerAddress': 'InterfaceIndex InterfaceAlias AddressFamily',
  'Set-DnsClientServerAddress': 'InterfaceIndex InterfaceAlias ServerAddresses ResetServerAddresses Validate',
  'Get-NetNat': 'Name',
  'New-NetNat': 'Name ExternalIPInterfaceAddressPrefix InternalIPInterfaceAddressPrefix',
  'Remove-NetNat': 'Name',
  'Get-NetFirewallRule': 'Name DisplayName Group DisplayGroup Direction Action Enabled PolicyStore All',
  'Get-NetFirewallAddressFilter': 'All AssociatedNetFirewallRule PolicyStore',
  'New-NetFirewallRule':
    'Name DisplayName Description Group Enabled Direction Action LocalAddress RemoteAddress Protocol LocalPort RemotePort Profile',
  'Remove-NetFirewallRule': 'Name DisplayName Group DisplayGroup Direction Action PolicyStore All',
  // Hyper-V, HostNetworkingService
  'Add-VMNetworkAdapter': 'ManagementOS Name SwitchName StaticMacAddress DynamicMacAddress VMName',
  'Get-VMSwitch': 'Name Id SwitchType ResourcePoolName',
  'New-VMSwitch': 'Name SwitchType NetAdapterName AllowManagementOS Notes',
  'Set-VMSwitch': 'Name AllowManagementOS EnableSoftwareRsc NetAdapterName SwitchType Notes',
  'Get-VMSwitchExtension': 'VMSwitchName VMSwitch Name',
  'Get-HnsNetwork': '',
  'Remove-HnsNetwork': 'InputObjects',
};

/**
 * Cmdlets of Windows Server 2019 with PowerShell 5.1, and parameters that they have, as Microsoft's reference says: those that
 * scripts and driver use, and their neighbours. `scripts-windows/test/Test-Cmdlets.ps1` asks Windows itself.
 */
export const windowsCmdlets: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(parameters).map(([name, own]) => [name, new Set([...own.split(' '), ...common, ...confirmed])]),
);
