const char vermagic[] = "vermagic=" VERMAGIC;
