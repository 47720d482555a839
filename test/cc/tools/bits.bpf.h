#ifndef BITS_BPF_H
#define BITS_BPF_H

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val) ((*(volatile typeof(x) *)&(x)) = val)
#define min(x, y)                      \
	({                             \
		typeof(x) _min1 = (x); \
		typeof(y) _min2 = (y); \
		(void)(&_min1 == &_min2); \
		_min1 < _min2 ? _min1 : _min2; \
	})
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static __always_inline u64 log2_32(u32 v)
{
	u32 shift, r;

	r = (v > 0xFFFF) << 4; v >>= r;
	shift = (v > 0xFF) << 3; v >>= shift; r |= shift;
	shift = (v > 0xF) << 2; v >>= shift; r |= shift;
	shift = (v > 0x3) << 1; v >>= shift; r |= shift;
	r |= (v >> 1);
	return r;
}

static __always_inline u64 log2_64(u64 v)
{
	u32 hi = v >> 32;

	return hi ? log2_32(hi) + 32 : log2_32(v);
}

#endif
