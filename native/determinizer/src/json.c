#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *at, *end, *start;
	char *why;
};

enum { WHY_MAX = 160 };

static bool bad(struct reader *reader, const char *text)
{
	snprintf(reader->why, WHY_MAX, "%s at byte %zu", text, (size_t)(reader->at - reader->start));
	return false;
}

static void skip_space(struct reader *reader)
{
	while (reader->at < reader->end && memchr(" \t\r\n", *reader->at, 4))
		reader->at++;
}

static bool expect(struct reader *reader, char wanted)
{
	skip_space(reader);
	if (reader->at == reader->end || *reader->at != wanted) {
		char text[32];
		snprintf(text, sizeof text, "expected '%c'", wanted);
		return bad(reader, text);
	}
	reader->at++;
	return true;
}

static int hex4(const char *at)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		char c = at[i];
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static char *put_utf8(char *out, unsigned code)
{
	if (code < 0x80) {
		*out++ = (char)code;
	} else if (code < 0x800) {
		*out++ = (char)(0xc0 | code >> 6);
		*out++ = (char)(0x80 | (code & 63));
	} else {
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 63));
		*out++ = (char)(0x80 | (code & 63));
	}
	return out;
}

/* Escapes are no longer than what they stand for, so the text fits in the bytes it came from. */
static bool read_string(struct reader *reader, char **text)
{
	if (!expect(reader, '"'))
		return false;
	char *out = malloc((size_t)(reader->end - reader->at) + 1);
	if (!out)
		return bad(reader, "out of memory");
	*text = out;
	for (;;) {
		if (reader->at == reader->end)
			return bad(reader, "unfinished string");
		char c = *reader->at++;
		if (c == '"')
			break;
		if ((unsigned char)c < 0x20)
			return bad(reader, "control character in a string");
		if (c != '\\') {
			*out++ = c;
			continue;
		}
		if (reader->at == reader->end)
			return bad(reader, "unfinished string");
		c = *reader->at++;
		const char *from = "\"\\/bfnrt", *to = "\"\\/\b\f\n\r\t";
		const char *place = c ? strchr(from, c) : NULL;
		if (place) {
			*out++ = to[place - from];
		} else if (c == 'u' && reader->end - reader->at >= 4) {
			int code = hex4(reader->at);
			if (code <= 0 || (code >= 0xd800 && code < 0xe000))
				return bad(reader, "unsupported \\u escape");
			reader->at += 4;
			out = put_utf8(out, (unsigned)code);
		} else {
			return bad(reader, "unknown escape");
		}
	}
	*out = 0;
	return true;
}

static bool read_number(struct reader *reader, int64_t *number)
{
	bool minus = *reader->at == '-';
	if (minus)
		reader->at++;
	const char *first = reader->at;
	int64_t value = 0;
	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
		if (value > (INT64_MAX - 9) / 10)
			return bad(reader, "number too large");
		value = value * 10 + (*reader->at++ - '0');
	}
	if (reader->at == first || (*first == '0' && reader->at - first > 1))
		return bad(reader, "not a whole number");
	if (reader->at < reader->end && memchr(".eE", *reader->at, 3))
		return bad(reader, "not a whole number");
	*number = minus ? -value : value;
	return true;
}

static bool read_value(struct reader *reader, struct json *value, int depth);

static bool read_object(struct reader *reader, struct json *value, int depth)
{
	if (depth >= JSON_DEPTH)
		return bad(reader, "nested too deeply");
	reader->at++;
	value->kind = JSON_OBJECT;
	value->members = calloc(JSON_MEMBERS, sizeof *value->members);
	if (!value->members)
		return bad(reader, "out of memory");
	skip_space(reader);
	if (reader->at < reader->end && *reader->at == '}') {
		reader->at++;
		return true;
	}
	for (;;) {
		if (value->count == JSON_MEMBERS)
			return bad(reader, "too many members");
		struct json_member *member = &value->members[value->count];
		if (!read_string(reader, &member->key) || !expect(reader, ':') || !read_value(reader, &member->value, depth + 1))
			return false;
		for (size_t i = 0; i < value->count; i++)
			if (strcmp(value->members[i].key, member->key) == 0)
				return bad(reader, "duplicate key");
		value->count++;
		skip_space(reader);
		if (reader->at < reader->end && *reader->at == ',') {
			reader->at++;
			continue;
		}
		return expect(reader, '}');
	}
}

static bool read_word(struct reader *reader, const char *word)
{
	size_t length = strlen(word);
	if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return bad(reader, "unexpected character");
	reader->at += length;
	return true;
}

static bool read_value(struct reader *reader, struct json *value, int depth)
{
	*value = (struct json){0};
	skip_space(reader);
	if (reader->at == reader->end)
		return bad(reader, "unexpected end");
	char c = *reader->at;
	if (c == '{')
		return read_object(reader, value, depth);
	if (c == '"') {
		value->kind = JSON_STRING;
		return read_string(reader, &value->text);
	}
	if (c == '-' || (c >= '0' && c <= '9')) {
		value->kind = JSON_NUMBER;
		return read_number(reader, &value->number);
	}
	value->kind = JSON_BOOLEAN;
	value->number = c == 't';
	return read_word(reader, c == 't' ? "true" : "false");
}

bool json_read(const char *bytes, size_t length, struct json *value, char *why)
{
	struct reader reader = {bytes, bytes + length, bytes, why};
	if (length > JSON_MAX)
		return bad(&reader, "document too large");
	if (!read_value(&reader, value, 0))
		return false;
	skip_space(&reader);
	if (reader.at != reader.end)
		return bad(&reader, "something follows the document");
	return true;
}

struct json *json_take(struct json *object, const char *key)
{
	for (size_t i = 0; i < object->count; i++)
		if (strcmp(object->members[i].key, key) == 0) {
			object->members[i].used = true;
			return &object->members[i].value;
		}
	return NULL;
}

const char *json_unused(const struct json *object)
{
	for (size_t i = 0; i < object->count; i++)
		if (!object->members[i].used)
			return object->members[i].key;
	return NULL;
}
