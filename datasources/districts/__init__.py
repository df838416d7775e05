"""Districts: the loaded one in memory, its ground, places and tiles; packs lie beside."""
