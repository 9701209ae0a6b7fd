// SPDX-License-Identifier: GPL-2.0
/* Maglev lookup tables: permutation, population by weight, fingerprint. */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/mm.h>

#include "hash.h"
#include "maglev.h"
#include "quota.h"
#include <uapi/linux/maglev.h>

/*
 * Slots to probe before rescheduling: populating a large table takes tens of
 * milliseconds, most of them for its last slots.
 */
#define PROBES_AT_A_TIME 65536

/**
 * mgl_maglev_size_valid() - check the size of a table
 * @size: number of slots
 *
 * Every skip has to be coprime with the size, otherwise a permutation would
 * leave slots out. So the size is a prime (paper, section 3.4). Trial division
 * up to the root of MAGLEV_TABLE_SIZE_MAX takes at most some 500 steps.
 *
 * Context: any.
 * Return: true if @size is a prime within the bounds of the UAPI.
 */
bool mgl_maglev_size_valid(u32 size)
{
	u32 d;

	if (size < MAGLEV_TABLE_SIZE_MIN || size > MAGLEV_TABLE_SIZE_MAX ||
	    !(size & 1))
		return false;
	for (d = 3; d * d <= size; d += 2)
		if (size % d == 0)
			return false;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_maglev_size_valid);

/**
 * mgl_maglev_permutation() - compute a backend's preference list
 * @addr: the backend's identity
 * @seed: the pool's seed
 * @size: number of slots of the table, prime
 * @offset: the most preferred slot
 * @skip: distance, modulo @size, to each next slot
 *
 * Paper, section 3.4. Both are SipHash-2-4 of the 16 bytes of struct mgl_addr
 * (network byte order, IPv4 as ::ffff:a.b.c.d), keyed as in hash.h: offset =
 * hash with MGL_LABEL_OFFSET modulo size, skip = hash with MGL_LABEL_SKIP
 * modulo (size - 1), plus 1. Normative.
 *
 * Context: any.
 */
void mgl_maglev_permutation(const struct mgl_addr *addr, u64 seed, u32 size,
			    u32 *offset, u32 *skip)
{
	siphash_key_t ofs_key = mgl_hash_key(seed, MGL_LABEL_OFFSET);
	siphash_key_t skip_key = mgl_hash_key(seed, MGL_LABEL_SKIP);

	*offset = siphash(addr, sizeof(*addr), &ofs_key) % size;
	*skip = siphash(addr, sizeof(*addr), &skip_key) % (size - 1) + 1;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_maglev_permutation);

/*
 * State of one backend while turns are taken. The rounds in which it has a turn
 * are spread evenly over all rounds, as Bresenham's algorithm spreads the steps
 * of a line: turn number k (from 0) is in round floor(k * rounds / quota),
 * tracked without a division as whole + rest.
 */
struct player {
	u32 cursor;	/* next slot to try */
	u32 skip;
	u32 left;	/* turns still to take */
	u32 round;	/* round of the coming turn */
	u32 step;	/* rounds / quota */
	u32 rest;	/* rounds % quota */
	u32 carry;	/* sum of rests, below quota */
	u32 quota;
	u16 next;	/* queued behind this one for the same round */
};

/* A FIFO of players for each round. */
struct round {
	u16 head;
	u16 tail;
};

static void enqueue(struct round *rounds, struct player *players, u16 i)
{
	struct round *r = &rounds[players[i].round];

	players[i].next = MGL_SLOT_NONE;
	if (r->head == MGL_SLOT_NONE)
		r->head = i;
	else
		players[r->tail].next = i;
	r->tail = i;
}

/* Takes a slot; returns the number of slots probed. */
static u32 take_turn(struct player *p, u16 *slots, u32 size, u16 i)
{
	u32 c = p->cursor, probes = 1;

	/* Terminates: quotas add up to at most size, so a slot is free. */
	while (slots[c] != MGL_SLOT_NONE) {
		probes++;
		c += p->skip;
		if (c >= size)
			c -= size;
	}
	slots[c] = i;
	c += p->skip;
	p->cursor = c >= size ? c - size : c;

	p->left--;
	p->round += p->step;
	p->carry += p->rest;
	if (p->carry >= p->quota) {
		p->carry -= p->quota;
		p->round++;
	}
	return probes;
}

static void play(u16 *slots, u32 size, struct player *players,
		 struct round *rounds, u32 n_rounds)
{
	u32 r, probes = 0;

	for (r = 0; r < n_rounds; r++) {
		u16 i = rounds[r].head;

		while (i != MGL_SLOT_NONE) {
			u16 next = players[i].next;

			probes += take_turn(&players[i], slots, size, i);
			if (players[i].left)
				enqueue(rounds, players, i);
			i = next;
			if (probes > PROBES_AT_A_TIME) {
				cond_resched();
				probes = 0;
			}
		}
	}
}

/**
 * mgl_maglev_fill() - populate slots from permutations and quotas
 * @slots: the table; every slot is written
 * @size: number of slots, prime
 * @turns: one entry per backend; the quotas add up to at most @size
 * @n: number of entries in @turns, below MGL_SLOT_NONE
 *
 * Pseudocode 1 of the paper, with uneven turns where quotas are uneven. With
 * equal quotas the backends take turns in the order of @turns, exactly as in
 * the paper. There are as many rounds as the largest quota, R; turn number k,
 * from 0, of a backend with quota Q is in round floor(k * R / Q). Within a
 * round the backends take turns in the order of their previous turns; those
 * that take their first turn do so in the order of @turns. Normative. Takes
 * O(@size) turns.
 *
 * Context: may sleep (allocates).
 * Return: 0 or -ENOMEM, with @slots undefined.
 */
int mgl_maglev_fill(u16 *slots, u32 size, const struct mgl_turns *turns, u32 n)
{
	struct player *players;
	struct round *rounds;
	u32 n_rounds = 0;
	u32 i;

	for (i = 0; i < size; i++)
		slots[i] = MGL_SLOT_NONE;
	for (i = 0; i < n; i++)
		n_rounds = max(n_rounds, turns[i].quota);
	if (!n_rounds)
		return 0;

	players = kvcalloc(n, sizeof(*players), GFP_KERNEL);
	rounds = kvmalloc_array(n_rounds, sizeof(*rounds), GFP_KERNEL);
	if (!players || !rounds) {
		kvfree(players);
		kvfree(rounds);
		return -ENOMEM;
	}
	for (i = 0; i < n_rounds; i++)
		rounds[i].head = MGL_SLOT_NONE;
	for (i = 0; i < n; i++) {
		if (!turns[i].quota)
			continue;
		players[i] = (struct player){
			.cursor = turns[i].offset,
			.skip = turns[i].skip,
			.left = turns[i].quota,
			.quota = turns[i].quota,
			.step = n_rounds / turns[i].quota,
			.rest = n_rounds % turns[i].quota,
		};
		enqueue(rounds, players, i);
	}
	play(slots, size, players, rounds, n_rounds);

	kvfree(rounds);
	kvfree(players);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_maglev_fill);

static int set_quotas(u32 size, struct mgl_candidate *cand, u32 n)
{
	struct mgl_part *part;
	int err;
	u32 i;

	part = kvcalloc(n + 1, sizeof(*part), GFP_KERNEL);
	if (!part)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		part[i].weight = cand[i].weight;
	err = mgl_quota_divide(size, part, n);
	for (i = 0; !err && i < n; i++)
		cand[i].slots = part[i].quota;
	kvfree(part);
	return err;
}

/**
 * mgl_maglev_populate() - build a table for a set of weighted backends
 * @slots: the table: indices into @cand, or MGL_SLOT_NONE in every slot if no
 *	candidate has a weight above 0
 * @size: number of slots, see mgl_maglev_size_valid()
 * @seed: the pool's seed
 * @cand: candidates, sorted by address, without duplicates; ->slots is written
 * @n: number of candidates, at most MAGLEV_BACKENDS_MAX
 *
 * The result depends on the arguments alone, not on the order in which the
 * backends were configured, since they are sorted.
 *
 * Context: may sleep (allocates).
 * Return: 0 or -ENOMEM, with @slots undefined.
 */
int mgl_maglev_populate(u16 *slots, u32 size, u64 seed,
			struct mgl_candidate *cand, u32 n)
{
	struct mgl_turns *turns;
	int err;
	u32 i;

	err = set_quotas(size, cand, n);
	if (err)
		return err;
	turns = kvcalloc(n + 1, sizeof(*turns), GFP_KERNEL);
	if (!turns)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		mgl_maglev_permutation(&cand[i].addr, seed, size,
				       &turns[i].offset, &turns[i].skip);
		turns[i].quota = cand[i].slots;
	}
	err = mgl_maglev_fill(slots, size, turns, n);
	kvfree(turns);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_maglev_populate);

/**
 * mgl_maglev_fingerprint() - compute a number that identifies a table
 * @slots: a populated table
 * @size: number of slots
 * @cand: candidates that the slots index
 * @n: number of candidates
 * @fp: the fingerprint
 *
 * Covers the size and the identity of every slot's owner in slot order, but not
 * the seed, so that unprivileged readers may see it. Two directors with the
 * same fingerprint send every slot to the same backend.
 *
 * With H = SipHash-2-4, keyed with seed 0 and MGL_LABEL_PRINT: an owner's
 * digest is H of its 16 bytes, or 0 without an owner; h starts as the size;
 * every slot makes it rol64(h ^ digest, 29) * 0x9e3779b97f4a7c15 modulo 2^64;
 * the result is H of h and the size, both as 8 bytes little-endian. Normative.
 *
 * Context: may sleep (allocates).
 * Return: 0 or -ENOMEM.
 */
int mgl_maglev_fingerprint(const u16 *slots, u32 size,
			   const struct mgl_candidate *cand, u32 n, u64 *fp)
{
	siphash_key_t key = mgl_hash_key(0, MGL_LABEL_PRINT);
	u64 *digest, h = size;
	u32 i;

	/* The last entry is the digest of MGL_SLOT_NONE. */
	digest = kvmalloc_array(n + 1, sizeof(*digest), GFP_KERNEL);
	if (!digest)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		digest[i] = siphash(&cand[i].addr, sizeof(cand[i].addr), &key);
	digest[n] = 0;

	/* Multiplication and rotation make the order of the owners count. */
	for (i = 0; i < size; i++) {
		u32 owner = min_t(u32, slots[i], n);

		h = rol64(h ^ digest[owner], 29) * 0x9e3779b97f4a7c15ULL;
	}
	*fp = siphash_2u64(h, size, &key);
	kvfree(digest);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_maglev_fingerprint);
