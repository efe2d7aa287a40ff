#Requires -Version 5.1
# What the scripts share: names (constants.json: the agent has the same ones), and how a step is done, told and checked.
# Everything that changes the machine goes through Invoke-AntreaStep, which asks the script's own -WhatIf and -Confirm:
# preferences of a script do not reach into modules by themselves.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script:Constants = Get-Content -LiteralPath (Join-Path $PSScriptRoot 'constants.json') -Raw | ConvertFrom-Json

function Get-AntreaConstant {
    <#
    .SYNOPSIS
    Names, marks and paths, as the agent has them.
    #>
    [CmdletBinding()]
    param()
    return $script:Constants
}

function Get-AntreaException {
    <#
    .SYNOPSIS
    An exception to throw: where, what, and what to do about it; with the script's exit code (2: something is missing).
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Where,
        [Parameter(Mandatory)] [string] $What,
        [Parameter(Mandatory)] [string] $Remedy,
        [int] $ExitCode = 1
    )
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList "${Where}: $What. $Remedy"
    $exception.Data['ExitCode'] = $ExitCode
    return $exception
}

function Write-AntreaFailure {
    <#
    .SYNOPSIS
    Tells why a script ends, and gives the exit code that it ends with.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.Management.Automation.ErrorRecord] $ErrorRecord)
    $exception = $ErrorRecord.Exception
    $Host.UI.WriteErrorLine($exception.Message)
    if ($exception.Data.Contains('ExitCode')) {
        return $exception.Data['ExitCode']
    }
    Write-Verbose -Message $ErrorRecord.ScriptStackTrace
    return 1
}

function Write-AntreaLog {
    <#
    .SYNOPSIS
    Tells what goes on.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Message)
    Write-Information -MessageData $Message -InformationAction Continue
}

function Invoke-AntreaStep {
    <#
    .SYNOPSIS
    Does a step and tells it; with -WhatIf of the calling script only tells it.
    .PARAMETER Caller
    $PSCmdlet of the calling script.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [string] $Target,
        [Parameter(Mandatory)] [string] $Action,
        [Parameter(Mandatory)] [scriptblock] $Do
    )
    if ($Caller.ShouldProcess($Target, $Action)) {
        Write-AntreaLog -Message "${Target}: $Action"
        & $Do
    }
}

function Assert-AntreaAdministrator {
    <#
    .SYNOPSIS
    Ends the script unless it runs elevated.
    #>
    [CmdletBinding()]
    param()
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object -TypeName Security.Principal.WindowsPrincipal -ArgumentList $identity
    if ($principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        return
    }
    throw (Get-AntreaException -ExitCode 2 -Where "account $($identity.Name)" -What 'it is not elevated' `
            -Remedy 'Start PowerShell with "Run as administrator", and the script again')
}

function Assert-AntreaAgentStopped {
    <#
    .SYNOPSIS
    Ends the script while an agent runs, as a service or in a Pod: it would make again what is removed.
    #>
    [CmdletBinding()]
    param()
    $port = $script:Constants.agent.apiPort
    $listening = Get-NetTCPConnection -LocalPort $port -State Listen -ErrorAction SilentlyContinue
    if (-not $listening) {
        return
    }
    throw (Get-AntreaException -ExitCode 2 -Where "TCP port $port" -What 'antrea-agent listens there, so it runs' `
            -Remedy 'Run Stop.ps1, or keep its DaemonSet away from this Node, and then the script again')
}

function Invoke-AntreaProgram {
    <#
    .SYNOPSIS
    Runs a program and gives what it prints; an exit code that is not among -Accept is an error with its output.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [string[]] $ArgumentList = @(),
        [int[]] $Accept = @(0)
    )
    if (-not (Get-Command -Name $FilePath -CommandType Application -ErrorAction SilentlyContinue)) {
        throw (Get-AntreaException -ExitCode 2 -Where $FilePath -What 'there is no such program' `
                -Remedy 'Install it, or check the path')
    }
    # What a program writes to its standard error is output for us, and no reason to stop by itself.
    $ErrorActionPreference = 'Continue'
    $output = & $FilePath @ArgumentList 2>&1
    $code = $LASTEXITCODE
    $ErrorActionPreference = 'Stop'
    if ($Accept -notcontains $code) {
        $said = ($output | Out-String).Trim()
        throw (Get-AntreaException -Where "$FilePath $ArgumentList" -What "it ended with exit code ${code}: $said" `
                -Remedy 'Correct what it says, and run the script again')
    }
    return $output
}

function Invoke-AntreaScript {
    <#
    .SYNOPSIS
    Runs another of the scripts; its failure is the caller's.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [hashtable] $Parameters = @{}
    )
    $path = Join-Path $PSScriptRoot $Name
    & $path @Parameters
    if ($LASTEXITCODE -ne 0) {
        throw (Get-AntreaException -ExitCode $LASTEXITCODE -Where $Name -What "it ended with exit code $LASTEXITCODE" `
                -Remedy 'Its own message, above, tells why')
    }
}

function Wait-AntreaCondition {
    <#
    .SYNOPSIS
    Waits until a script block gives something, and gives that; nothing when the time is over.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [scriptblock] $Until,
        [int] $Seconds = 30
    )
    for ($waited = 0; $waited -le $Seconds; $waited++) {
        $found = & $Until
        if ($found) {
            return $found
        }
        Start-Sleep -Seconds 1
    }
}

function Assert-AntreaFileHash {
    <#
    .SYNOPSIS
    Ends the script unless a file has this SHA-256 hash.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Hash
    )
    $found = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
    if ($found -eq $Hash) {
        return
    }
    throw (Get-AntreaException -ExitCode 2 -Where $Path -What "its SHA-256 hash is $found, and should be $Hash" `
            -Remedy 'Fetch the file again; if it is meant to be another one, give its hash with -Hash')
}

function Save-AntreaFile {
    <#
    .SYNOPSIS
    Downloads a file, with three tries, and checks its SHA-256 hash. What is there with this hash is not fetched again.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [uri] $Uri,
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Hash
    )
    if ((Test-Path -LiteralPath $Path) -and (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash -eq $Hash) {
        return
    }
    # Windows PowerShell offers older versions only, unless told.
    [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
    $ProgressPreference = 'SilentlyContinue'
    for ($try = 1; $true; $try++) {
        try {
            Invoke-WebRequest -Uri $Uri -OutFile $Path -UseBasicParsing
            break
        }
        catch {
            if ($try -ge 3) {
                throw (Get-AntreaException -Where "$Uri" -What "it cannot be downloaded: $($_.Exception.Message)" `
                        -Remedy 'Check proxy and firewall, or fetch it elsewhere and give it as a local file')
            }
            Start-Sleep -Seconds 2
        }
    }
    Assert-AntreaFileHash -Path $Path -Hash $Hash
}

function Add-AntreaDirectory {
    <#
    .SYNOPSIS
    Makes directories that are missing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [string[]] $Path
    )
    foreach ($each in $Path) {
        if (-not (Test-Path -LiteralPath $each)) {
            Invoke-AntreaStep -Caller $Caller -Target $each -Action 'make directory' -Do {
                [void](New-Item -ItemType Directory -Force -Path $each)
            }
        }
    }
}

function Protect-AntreaPath {
    <#
    .SYNOPSIS
    Closes a file, or a directory with what comes into it, to all but administrators and the system itself.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [switch] $Directory
    )
    $rights = 'F'
    if ($Directory) {
        $rights = '(OI)(CI)F'
    }
    # Accounts by their identifiers: names depend on the language of Windows.
    $arguments = $Path, '/inheritance:r', '/grant:r', "*S-1-5-18:$rights", "*S-1-5-32-544:$rights"
    [void](Invoke-AntreaProgram -FilePath 'icacls.exe' -ArgumentList $arguments)
}

function Add-AntreaKubeletDirectory {
    <#
    .SYNOPSIS
    Makes kubelet's directories; what kubeadm puts into /etc/kubernetes/pki is where kubelet looks for it.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller)
    $target = 'C:\etc\kubernetes\pki'
    $link = 'C:\var\lib\kubelet\etc\kubernetes\pki'
    Add-AntreaDirectory -Caller $Caller -Path $target, (Split-Path -Parent $link)
    if (-not (Test-Path -LiteralPath $link)) {
        Invoke-AntreaStep -Caller $Caller -Target $link -Action "link to $target" -Do {
            [void](New-Item -ItemType SymbolicLink -Path $link -Value $target)
        }
    }
}

function Test-AntreaFeature {
    <#
    .SYNOPSIS
    Whether a feature of Windows is enabled.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)
    $feature = Get-WindowsOptionalFeature -Online -FeatureName $Name -ErrorAction SilentlyContinue
    return [bool]($feature -and $feature.State -eq 'Enabled')
}

Export-ModuleMember -Function *-Antrea*
