#pragma once
// Answers as bytes: every float bit for bit, every kind of answer.

#include "bench/bytes.h"
#include "models/answer.h"

namespace bench {

void write_answer(ByteWriter& out, const Answer& answer);

/// Throws Error{bad_data} for bytes no write_answer gives; never allocates more than they hold.
Answer read_answer(ByteReader& in);

}  // namespace bench
