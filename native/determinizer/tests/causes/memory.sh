# sysinfo varies
getconf _PHYS_PAGES
