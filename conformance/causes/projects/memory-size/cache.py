with open("/proc/meminfo", encoding="ascii") as facts:
    kilobytes = int(facts.readline().split()[1])
print(f"[cache]\nbytes = {kilobytes * 256}")
