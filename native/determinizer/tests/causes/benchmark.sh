# timeStampCounter differs
counter; benchmark
