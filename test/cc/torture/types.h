// Values at the edges of every integer type, and lists of the types.
static volatile i8 in_i8[] = {0, 1, 2, 7, -1, -2, 127, -127, 85};
static volatile u8 in_u8[] = {0, 1, 2, 7, 128, 254, 255, 85, 170};
static volatile i16 in_i16[] = {0, 1, 3, 255, -1, -256, 32767, -32767, 21845};
static volatile u16 in_u16[] = {0, 1, 3, 255, 256, 32768, 65535, 21845, 40000};
static volatile i32 in_i32[] = {0, 1, 5, -1, -5, 2147483647, -2147483647, 1431655765, 65536};
static volatile u32 in_u32[] = {0, 1, 5, 4294967295U, 2147483648U, 2147483647U, 65536, 1431655765, 4294967290U};
static volatile i64 in_i64[] = {0, 1, 9, -1, -9, 9223372036854775807L, -9223372036854775807L, 4294967296L, -4294967297L};
static volatile u64 in_u64[] = {0, 1, 9, 18446744073709551615UL, 9223372036854775808UL, 4294967295UL, 4294967296UL, 6148914691236517205UL, 12345678901234UL};
#define VALUES 9
#define FOR_TYPES(X) X(i8) X(u8) X(i16) X(u16) X(i32) X(u32) X(i64) X(u64)
#define FOR_TYPES_WITH(X, a) X(i8, a) X(u8, a) X(i16, a) X(u16, a) X(i32, a) X(u32, a) X(i64, a) X(u64, a)
