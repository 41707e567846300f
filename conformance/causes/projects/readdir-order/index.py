import json
import os
import sys

print(json.dumps({"pages": os.listdir(sys.argv[1])}, indent=1))
