/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The note of ELF that names a build; see build_id.h. */
#include "config.h"

#include "tool/build_id.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ID_OCTETS_MAX 32
#define NOTE_ALIGN(n) (((size_t)(n) + 3) & ~(size_t)3)

static char text[2 * ID_OCTETS_MAX + 1];

/* The notes of one segment: owner and contents, each filled up to 4 octets. */
static void read_notes(const uint8_t *p, size_t octets)
{
    ElfW(Nhdr) note;

    while (octets >= sizeof note) {
        size_t all;

        memcpy(&note, p, sizeof note);
        all = sizeof note + NOTE_ALIGN(note.n_namesz) +
              NOTE_ALIGN(note.n_descsz);
        if (all > octets)
            return;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
            memcmp(p + sizeof note, "GNU", 4) == 0)
            for (size_t i = 0; i < note.n_descsz && i < ID_OCTETS_MAX; i++)
                snprintf(text + 2 * i, 3, "%02x", p[sizeof note + 4 + i]);
        p += all;
        octets -= all;
    }
}

/* The first object is the program. */
static int read_program(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    (void)ctx;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];

        if (h->p_type == PT_NOTE)
            read_notes((const uint8_t *)(info->dlpi_addr + h->p_vaddr),
                       h->p_memsz);
    }
    return 1;
}

const char *build_id(void)
{
    if (text[0] == '\0')
        dl_iterate_phdr(read_program, NULL);
    return text[0] != '\0' ? text : "unknown";
}
