import locale

locale.setlocale(locale.LC_ALL, "")
print(locale.format_string("[%.2f, %.2f]", (0.25, 7.5)))
