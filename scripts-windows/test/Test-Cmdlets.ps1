#Requires -Version 5.1
<#
.SYNOPSIS
Asks this Windows whether it has every cmdlet and parameter that the scripts and the agent use (cmdlets.json).

.DESCRIPTION
Exit codes: 0 it has all; 1 something is missing, and told. A module that this machine does not have is told and counts with -Strict only.

.PARAMETER Strict
A module that is missing is a failure, too.
#>
[CmdletBinding()]
param([switch] $Strict)

$ErrorActionPreference = 'Stop'
$list = Get-Content -LiteralPath (Join-Path $PSScriptRoot 'cmdlets.json') -Raw | ConvertFrom-Json
$failed = $false
foreach ($used in $list.PSObject.Properties) {
    $command = Get-Command -Name $used.Name -CommandType 'Cmdlet', 'Function' -ErrorAction SilentlyContinue
    if (-not $command) {
        Write-Warning -Message "$($used.Name): this machine does not have it"
        $failed = $failed -or $Strict
        continue
    }
    $missing = @($used.Value -split ' ' | Where-Object { $_ -and $command.Parameters.Keys -notcontains $_ })
    if ($missing) {
        Write-Warning -Message "$($used.Name): it does not have -$($missing -join ', -')"
        $failed = $true
    }
}
exit [int] $failed
