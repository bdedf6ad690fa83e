#pragma once

// The EVP interface alone: algorithms are fetched once and contexts are reused.
#include <openssl/evp.h>
