if [ -t 1 ]; then bold=$(printf "\033[1m") plain=$(printf "\033[0m"); fi
printf "%susage%s: shape\n" "$bold" "$plain" > out/help.txt
