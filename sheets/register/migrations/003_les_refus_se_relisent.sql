-- Under which region's folder a file was refused: another folder may well read it.
ALTER TABLE reperes ADD COLUMN refuse_selon TEXT;
