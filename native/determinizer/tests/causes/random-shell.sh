# clock differs varies
bash -c "echo \$RANDOM \$RANDOM"
