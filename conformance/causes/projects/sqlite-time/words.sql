CREATE TABLE word (text TEXT PRIMARY KEY, added TEXT DEFAULT (datetime('now')));
INSERT INTO word (text) VALUES ('ant'), ('bee'), ('cow');
