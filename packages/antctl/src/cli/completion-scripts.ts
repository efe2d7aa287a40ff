/** Shells whose command lines we complete. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What they ask: candidates come line by line, a description behind a tab. */
const ask = 'antctl __complete';

/** Scripts for the shells; what can be completed tells the program itself. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `_antctl() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(${ask} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # The shell has split --flag=value, and replaces the value only.
  if [[ \${COMP_WORDS[COMP_CWORD]} == = || \${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
    COMPREPLY=("\${COMPREPLY[@]#--*=}")
  fi
}
complete -o default -F _antctl antctl
`,
  zsh: `#compdef antctl
_antctl() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe antctl candidates
  else
    _files
  fi
}
if [[ \${funcstack[1]} == _antctl ]]; then
  _antctl "$@"
else
  compdef _antctl antctl
fi
`,
  fish: `function __antctl_complete
    set -l before (commandline -opc)
    ${ask} $before[2..-1] (commandline -ct) 2>/dev/null
end
complete -c antctl -f -a '(__antctl_complete)'
complete -c antctl -s k -l kubeconfig -r -F
`,
};
