import os
import sys

print(f"{sys.argv[1]}-{os.stat(sys.argv[1]).st_ino:x}")
