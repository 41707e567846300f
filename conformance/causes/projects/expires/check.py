"""Fails 100 days after the newest of its sources: a deadline in a test."""
import os
import sys
import time

deadline = os.stat(__file__).st_mtime + 100 * 86400
if time.time() > deadline:
    sys.exit("the certificate has expired")
print("valid")
