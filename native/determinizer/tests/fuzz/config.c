/*
 * config SEED SECONDS [FILE…]: gives the reader of configurations mutated documents, and the same to `--source`. Only
 * a crash, which the sanitizers make of every bad access, is a failure. With a seed that was printed it does the same again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "json.h"

static const char *const documents[] = {
	"{\"version\":1,\"epoch\":1700000000,\"sources\":{\"clock\":\"real\",\"directoryOrder\":\"vary:x\",\"all\":\"fixed\"},\"cpus\":3,\"log\":\"l\"}",
	"{\"version\":1,\"seed\":\"a\\u00e9\\n\\\"\",\"memory\":1048576,\"hostname\":\"h\",\"release\":\"6.1\",\"kernelVersion\":\"#1\","
	"\"namespaces\":false,\"user\":0,\"group\":4294967294,\"hideNanoseconds\":true,\"logMax\":4096,\"logWrites\":false,\"threads\":256}",
	"{\"version\":1,\"clockStep\":0,\"clockQuantum\":1,\"stallSeconds\":86400,\"epoch\":1099511627776}",
	" { \"a\" : { \"b\" : { \"c\" : { } } , \"d\" : -0 } , \"e\" : true , \"f\" : \"\" } ",
	"clock=real,randomness=vary:1,all=fixed",
};
static const char *const words[] = {"{", "}", "\"", ":", ",", "\\u0000", "\\u12", "\\", "true", "false", "null", "-", "9223372036854775807",
	"9223372036854775808", "-9223372036854775808", "99999999999999999999", "1e9", "0", "00", "\"version\":1", "\"sources\":", "vary:", "=", "all=",
	"\xff", "\xc3", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{", "\"\":", "[", "]", "\n", "\t"};

static unsigned long state;

static unsigned long next(unsigned long below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? state % below : state;
}

static size_t mutate(char *bytes, size_t length, size_t max)
{
	for (unsigned long i = 1 + next(8); i--;) {
		size_t at = next(length + 1), part = next(length - at + 1);
		const char *word = words[next(sizeof words / sizeof *words)];
		switch (next(6)) {
		case 0: /* cut out */
			memmove(bytes + at, bytes + at + part, length - at - part);
			length -= part;
			break;
		case 1: /* double */
			if (length + part > max)
				break;
			memmove(bytes + at + part, bytes + at, length - at);
			length += part;
			break;
		case 2: /* a bit */
			if (at < length)
				bytes[at] ^= (char)(1 << next(8));
			break;
		case 3: /* the end */
			length = at;
			break;
		default: /* a word */
			part = strlen(word);
			if (length + part > max)
				break;
			memmove(bytes + at + part, bytes + at, length - at);
			memcpy(bytes + at, word, part);
			length += part;
		}
	}
	return length;
}

/* In a child, which gives back all memory at its end. Returns how many were accepted. */
static void round_of(unsigned long seed)
{
	enum { MAX = 16 << 10, TIMES = 1000 };
	static char bytes[MAX];
	state = seed * 2654435761u + 88172645463325252u;
	for (int i = 0; i < TIMES; i++) {
		char why[160] = "";
		const char *document = documents[next(sizeof documents / sizeof *documents)];
		size_t length = strlen(document);
		memcpy(bytes, document, length);
		length = mutate(bytes, length, MAX / 2);
		/* Exactly as long as it is, so that reading on is found. */
		char *exact = malloc(length ? length : 1);
		memcpy(exact, bytes, length);
		config_default();
		bool fine = config_apply(exact, length, why);
		if (!fine && (!memchr(why, 0, sizeof why) || !*why))
			abort(); /* refused, but without saying why */
		free(exact);
		bytes[length] = 0;
		fine = config_sources(bytes, why);
		if (!fine && !memchr(why, 0, sizeof why))
			abort();
	}
}

int main(int count, char **arguments)
{
	unsigned long seed = count > 1 ? strtoul(arguments[1], NULL, 10) : 1, rounds = 0;
	time_t end = time(NULL) + (count > 2 ? atoi(arguments[2]) : 2);
	do {
		pid_t child = fork();
		if (child == 0) {
			round_of(seed + rounds);
			_exit(0);
		}
		int status;
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
			fprintf(stderr, "failed: config %lu 0\n", seed + rounds);
			return 1;
		}
		rounds++;
	} while (time(NULL) < end);
	printf("%lu rounds of 1000 from seed %lu\n", rounds, seed);
	return 0;
}
