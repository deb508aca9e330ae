#include "bench/backend.h"
