/** Completion functions of shells. Each asks `selfsame __complete`, which knows the commands and the workspace. */
export const completionScripts = {
  bash: `# bash completion for selfsame: source <(selfsame completion bash)
_selfsame() {
  local IFS=$'\\n' line word=\${COMP_WORDS[COMP_CWORD]}
  local -a words
  COMPREPLY=()
  # bash splits words at = and : as well; give the words as a person sees them.
  local typed=\${COMP_LINE:0:COMP_POINT}
  IFS=$' \\t' read -r -a words <<< "$typed"
  [[ $typed == *[[:space:]] ]] && words+=('')
  local current=\${words[\${#words[@]}-1]}
  local cut=\${current%"$word"}
  case $word in =|:) cut=$current; word= ;; esac
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default 2> /dev/null
      COMPREPLY=()
      return
    fi
    line=\${line%%$'\\t'*}
    COMPREPLY+=("\${line#"$cut"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2> /dev/null)
}
complete -F _selfsame selfsame
`,
  zsh: `#compdef selfsame
# zsh completion for selfsame: source <(selfsame completion zsh)
_selfsame() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
      return
    fi
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)
  _describe -V selfsame candidates
}
if [[ $funcstack[1] == _selfsame ]]; then
  _selfsame "$@"
else
  compdef _selfsame selfsame
fi
`,
  fish: `# fish completion for selfsame: selfsame completion fish | source
function __selfsame_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in (command $words[1] __complete -- $words[2..-1] "$current" 2> /dev/null)
    if test "$line" = ":files"
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c selfsame -f -a '(__selfsame_complete)'
`,
} as const;
