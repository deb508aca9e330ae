#include "models/formats/reject.h"

namespace bench {

void reject(const std::string& text) { throw Error(Fault::bad_data, text); }

void refuse(const std::string& text) { throw Error(Fault::unsupported, text); }

}  // namespace bench
