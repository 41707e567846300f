# clock
date "+Copyright %Y by the authors. All rights reserved"
