NAMES = {"open", "close", "read", "write", "seek", "tell", "flush", "truncate", "lock", "unlock"}

print("{ global:")
for name in NAMES:
    print(f"  shape_{name};")
print("local: *; };")
