#include "vdso.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "vdso-code.h"

enum { IMAGE_MAX = 64 << 10, FUNCTIONS_MAX = 64, PAGE = 4096, JUMP = 5 };

struct vdso_patch vdso_patch;

struct function {
	uint64_t at, end;
	const void *ours;
};

struct image_map {
	const uint8_t *base;
	uint64_t end;      /* of the image, with section headers */
	uint64_t loaded;   /* end of what programs use of it */
	uint64_t mapped;   /* `end` up to whole pages */
	struct function functions[FUNCTIONS_MAX];
	size_t count;
};

static const struct {
	const char *name;
	const void *ours;
} replacements[] = {
	{"__vdso_clock_gettime", (const void *)vdso_clock_gettime},
	{"__vdso_gettimeofday", (const void *)vdso_gettimeofday},
	{"__vdso_time", (const void *)vdso_time},
	{"__vdso_getcpu", (const void *)vdso_getcpu},
	{"__vdso_clock_getres", (const void *)vdso_clock_getres},
	{"__vdso_getrandom", (const void *)vdso_refused},
	{"__vdso_sgx_enter_enclave", (const void *)vdso_refused},
};

static uint64_t inside(const void *pointer)
{
	return (uint64_t)((const uint8_t *)pointer - __start_vdso_blob);
}

/* Finds every function of the image, or says why it does not look as expected. */
static const char *find_functions(struct image_map *map)
{
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)map->base;
	if (memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_machine != EM_X86_64)
		return "the vDSO is not an x86-64 image";
	map->end = head->e_shoff + (uint64_t)head->e_shnum * head->e_shentsize;
	map->loaded = 0;
	const Elf64_Phdr *segments = (const Elf64_Phdr *)(map->base + head->e_phoff);
	for (int i = 0; i < head->e_phnum; i++)
		if (segments[i].p_type == PT_LOAD && segments[i].p_vaddr + segments[i].p_memsz > map->loaded)
			map->loaded = segments[i].p_vaddr + segments[i].p_memsz;
	map->end = map->loaded > map->end ? map->loaded : map->end;
	if (map->end > IMAGE_MAX || head->e_shnum == 0 || head->e_shentsize != sizeof(Elf64_Shdr))
		return "the vDSO has no section table";
	map->mapped = (map->end + PAGE - 1) / PAGE * PAGE;

	const Elf64_Shdr *sections = (const Elf64_Shdr *)(map->base + head->e_shoff);
	for (int i = 0; i < head->e_shnum; i++) {
		if (sections[i].sh_type != SHT_DYNSYM || sections[i].sh_link >= head->e_shnum)
			continue;
		const Elf64_Sym *symbols = (const Elf64_Sym *)(map->base + sections[i].sh_addr);
		const char *names = (const char *)(map->base + sections[sections[i].sh_link].sh_addr);
		for (uint64_t s = 0; s < sections[i].sh_size / sizeof *symbols; s++) {
			const char *name = names + symbols[s].st_name;
			if (ELF64_ST_TYPE(symbols[s].st_info) != STT_FUNC || strncmp(name, "__vdso_", 7) != 0)
				continue;
			if (symbols[s].st_value + symbols[s].st_size > map->end || symbols[s].st_size < JUMP || map->count == FUNCTIONS_MAX)
				return "the vDSO has a symbol out of place";
			struct function *function = &map->functions[map->count++];
			*function = (struct function){symbols[s].st_value, symbols[s].st_value + symbols[s].st_size, NULL};
			for (size_t r = 0; r < sizeof replacements / sizeof *replacements; r++)
				if (strcmp(name, replacements[r].name) == 0)
					function->ours = replacements[r].ours;
			if (without(FEATURE_VDSO_NAMES) && strcmp(name, "__vdso_getcpu") == 0)
				function->ours = NULL;
			if (!function->ours) {
				/* Of a newer kernel: C libraries make a call instead of what is refused here. */
				function->ours = (const void *)vdso_refused;
				snprintf(vdso_patch.refused, sizeof vdso_patch.refused, "%s", name);
			}
		}
	}
	return map->count ? NULL : "the vDSO has no functions";
}

/*
 * A place for `length` bytes: where the functions were, which are all replaced, or behind the end of the image. In the
 * first case the symbols are pointed at our code, and no jumps are needed.
 */
static uint64_t find_room(const struct image_map *map, size_t length, bool *over)
{
	uint64_t from = UINT64_MAX, to = 0, tail = (map->end + 15) & ~15ull;
	for (size_t i = 0; i < map->count; i++) {
		from = map->functions[i].at < from ? map->functions[i].at : from;
		to = map->functions[i].end > to ? map->functions[i].end : to;
	}
	from = (from + 15) & ~15ull;
	*over = from + length <= to && !without(FEATURE_VDSO_ROOM);
	return *over ? from : tail + length <= map->mapped ? tail : 0;
}

/* The table of sections is nothing that a program needs: where there is no other room, its place is taken, and the head says so. */
static uint64_t take_sections(const struct image_map *map, uint8_t *image, size_t length)
{
	Elf64_Ehdr head;
	uint64_t from = (map->loaded + 15) & ~15ull;
	memcpy(&head, image, sizeof head);
	if (from + length > map->mapped)
		return 0;
	head.e_shoff = 0;
	head.e_shnum = head.e_shstrndx = 0;
	memcpy(image, &head, sizeof head);
	return from;
}

/* Gives every symbol of a function the place of our code for it. Returns the first and last byte changed. */
static void move_symbols(const struct image_map *map, uint8_t *image, uint64_t code, uint64_t *first, uint64_t *last)
{
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)map->base;
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(map->base + head->e_shoff);
	for (int i = 0; i < head->e_shnum; i++) {
		if (sections[i].sh_type != SHT_DYNSYM)
			continue;
		for (uint64_t s = 0; s < sections[i].sh_size / sizeof(Elf64_Sym); s++) {
			uint64_t at = sections[i].sh_addr + s * sizeof(Elf64_Sym);
			Elf64_Sym symbol;
			memcpy(&symbol, map->base + at, sizeof symbol);
			for (size_t f = 0; f < map->count; f++)
				if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_value == map->functions[f].at) {
					symbol.st_value = code + inside(map->functions[f].ours);
					memcpy(image + at, &symbol, sizeof symbol);
					*first = at < *first ? at : *first;
					*last = at + sizeof symbol > *last ? at + sizeof symbol : *last;
					break;
				}
		}
	}
}

/* Maps the patched image here, in a child, and asks it for the time. */
static bool try_out(const struct image_map *map, const uint8_t *image, uint64_t code, bool over)
{
	pid_t child = fork();
	if (child == 0) {
		uint8_t *copy = mmap(NULL, map->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		void *page = mmap((void *)STATE_ADDRESS, STATE_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (copy == MAP_FAILED || page != (void *)STATE_ADDRESS)
			_exit(1);
		memcpy(copy, image, map->mapped);
		struct state *state = page;
		*state = (struct state){.magic = STATE_MAGIC, .base_seconds = 12345, .step_ns = 1000, .quantum_ns = 1000, .flags = STATE_WALL};
		if (mprotect(copy, map->mapped, PROT_READ | PROT_EXEC) != 0)
			_exit(2);
		for (size_t i = 0; i < map->count; i++)
			if (map->functions[i].ours == (const void *)vdso_clock_gettime) {
				struct timespec at = {0, 0};
				uint64_t place = over ? code + inside(map->functions[i].ours) : map->functions[i].at;
				long (*clock)(int, struct timespec *) = (long (*)(int, struct timespec *))(uintptr_t)(copy + place);
				if (clock(CLOCK_REALTIME, &at) == 0 && at.tv_sec == 12345 && at.tv_nsec == 1000)
					_exit(0);
			}
		_exit(3);
	}
	int status;
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void vdso_start(void)
{
	static uint8_t image[IMAGE_MAX];
	struct image_map map = {.base = (const uint8_t *)getauxval(AT_SYSINFO_EHDR)};
	size_t length = (size_t)(__stop_vdso_blob - __start_vdso_blob);
	if (without(FEATURE_VDSO)) {
		vdso_patch.why = "switched off for a test";
		return;
	}
	if (!map.base) {
		vdso_patch.why = "there is no vDSO";
		return;
	}
	vdso_patch.why = find_functions(&map);
	if (vdso_patch.why)
		return;
	bool over;
	uint64_t code = find_room(&map, length, &over);
	memcpy(image, map.base, map.mapped);
	bool sections = !code;
	if (sections)
		code = take_sections(&map, image, length);
	if (!code) {
		vdso_patch.why = "the vDSO has no room for our code";
		return;
	}
	memcpy(image + code, __start_vdso_blob, length);
	uint64_t first = sections ? 0 : code, last = code + length;
	if (over)
		move_symbols(&map, image, code, &first, &last);
	for (size_t i = 0; i < map.count && !over; i++) {
		uint64_t at = map.functions[i].at;
		int32_t distance = (int32_t)(code + inside(map.functions[i].ours) - (at + JUMP));
		image[at] = 0xe9; /* jmp */
		memcpy(image + at + 1, &distance, 4);
		first = at < first ? at : first;
		last = at + JUMP > last ? at + JUMP : last;
	}
	if (!try_out(&map, image, code, over)) {
		vdso_patch.why = "the code for the vDSO failed its trial";
		return;
	}
	vdso_patch.usable = true;
	vdso_patch.offset = first;
	vdso_patch.length = last - first;
	vdso_patch.bytes = image + first;
	vdso_patch.state = code + inside(vdso_template);
	vdso_patch.stub = code + inside(vdso_stub);
}
