@{
    Severity     = @('Error', 'Warning')
    ExcludeRules = @(
        # Invoke-AntreaStep asks ShouldProcess of the script itself.
        'PSUseShouldProcessForStateChangingFunctions'
        'PSShouldProcess'
    )
}
