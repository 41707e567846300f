"""Writes the entry script as installers of virtual environments do."""
import os
import sys

interpreter = os.path.join(os.getcwd(), "venv", "bin", "python3")
with open(sys.argv[1], "w", encoding="utf-8") as script:
    script.write(f"#!{interpreter}\nfrom greet import main\n\nmain()\n")
