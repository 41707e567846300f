# randomness differs varies
python3 -c "print(hash(\"a\"), {str(i) for i in range(50)})"
