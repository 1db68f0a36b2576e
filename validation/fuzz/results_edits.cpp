// SPDX-License-Identifier: MIT
// A sound results file after any edits that HDF5 itself would let one make: objects removed, renamed, or
// replaced by others of another shape or type. The reader must find out. Random bytes hardly get there: most
// of them break the file's own structure, and HDF5 refuses it.

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "file.hpp"
#include "results/results.hpp"
#include "run/judgement.hpp"

namespace {

using namespace hidyn;

/// The fuzzer's bytes as a sequence of choices; zeros when they are used up.
class Choices {
  public:
    Choices(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    [[nodiscard]] bool empty() const { return left_ == 0; }
    std::size_t below(std::size_t bound) {
        std::size_t value = 0;
        for (int byte = 0; byte < 2 && left_ > 0; ++byte, --left_) value = value * 256 + *data_++;
        return bound == 0 ? 0 : value % bound;
    }

  private:
    const std::uint8_t* data_;
    std::size_t left_;
};

std::vector<std::string> objects(hid_t file) {
    std::vector<std::string> names;
    H5Ovisit(
        file, H5_INDEX_NAME, H5_ITER_INC,
        [](hid_t, const char* name, const H5O_info_t*, void* target) -> herr_t {
            static_cast<std::vector<std::string>*>(target)->emplace_back(name);
            return 0;
        },
        &names);
    return names;
}

std::vector<std::string> attributes(hid_t object) {
    std::vector<std::string> names;
    hsize_t at = 0;
    H5Aiterate2(
        object, H5_INDEX_NAME, H5_ITER_INC, &at,
        [](hid_t, const char* name, const H5A_info_t*, void* target) -> herr_t {
            static_cast<std::vector<std::string>*>(target)->emplace_back(name);
            return 0;
        },
        &names);
    return names;
}

hid_t some_type(Choices& choices) {
    constexpr int kinds = 6;
    switch (choices.below(kinds)) {
        case 0:
            return H5Tcopy(H5T_IEEE_F64LE);
        case 1:
            return H5Tcopy(H5T_STD_I64LE);
        case 2:
            return H5Tcopy(H5T_STD_U8LE);
        case 3:
            return H5Tcopy(H5T_IEEE_F32LE);
        case 4:
            return H5Tcopy(H5T_C_S1);
        default: {
            const hid_t text = H5Tcopy(H5T_C_S1);
            H5Tset_size(text, H5T_VARIABLE);
            return text;
        }
    }
}

hid_t some_space(Choices& choices) {
    const std::size_t rank = choices.below(6);
    if (rank == 0) return H5Screate(choices.below(2) == 0 ? H5S_SCALAR : H5S_NULL);
    std::vector<hsize_t> sizes(rank);
    constexpr std::array<hsize_t, 8> usual = {0, 1, 2, 3, 5, 6, hsize_t{1} << 31U, hsize_t{1} << 62U};
    for (hsize_t& size : sizes) size = usual[choices.below(usual.size())];
    return H5Screate_simple(static_cast<int>(rank), sizes.data(), nullptr);
}

void replace_attribute(hid_t object, const std::string& name, Choices& choices) {
    const hid_t type = some_type(choices);
    hid_t space = some_space(choices);
    if (H5Sget_simple_extent_npoints(space) >
        64) {  // no program writes such attributes, and HDF5 holds them in memory
        H5Sclose(space);
        space = H5Screate(H5S_NULL);
    }
    H5Adelete(object, name.c_str());
    const hid_t attribute = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) {
        constexpr std::array<double, 8> values = {0, 1, 2, -1, 3, 1e300, NAN, -1e18};
        const std::vector<double> numbers(64, values[choices.below(values.size())]);
        if (H5Tget_class(type) != H5T_STRING) H5Awrite(attribute, H5T_NATIVE_DOUBLE, numbers.data());
        H5Aclose(attribute);
    }
    H5Sclose(space);
    H5Tclose(type);
}

void replace_dataset(hid_t file, const std::string& name, Choices& choices) {
    const hid_t type = some_type(choices);
    const hid_t space = some_space(choices);
    const hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    // Nothing is allocated for what is never written, however large.
    H5Pset_alloc_time(create, H5D_ALLOC_TIME_LATE);
    H5Pset_fill_time(create, H5D_FILL_TIME_NEVER);
    H5Ldelete(file, name.c_str(), H5P_DEFAULT);
    const hid_t dataset = H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, create, H5P_DEFAULT);
    if (dataset >= 0) {
        const hssize_t count = H5Sget_simple_extent_npoints(space);
        if (count > 0 && count < 1000 && H5Tget_class(type) != H5T_STRING) {
            const std::vector<double> numbers(static_cast<std::size_t>(count), 1.0);
            H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
        }
        const hid_t text = H5Tcopy(H5T_C_S1);
        H5Tset_size(text, H5T_VARIABLE);
        const hid_t scalar = H5Screate(H5S_SCALAR);
        const hid_t attribute = H5Acreate2(dataset, "dimensions", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
        constexpr std::array<const char*, 6> axes = {
            "time", "replica time", "replica time m student", "", "x", "time time s s student"};
        const char* chosen = axes[choices.below(axes.size())];
        H5Awrite(attribute, text, &chosen);
        H5Aclose(attribute);
        H5Sclose(scalar);
        H5Tclose(text);
        H5Dclose(dataset);
    }
    H5Pclose(create);
    H5Sclose(space);
    H5Tclose(type);
}

void edit(hid_t file, Choices& choices) {
    const std::vector<std::string> names = objects(file);
    const std::string& name = names[choices.below(names.size())];
    const std::string& other = names[choices.below(names.size())];
    switch (choices.below(5)) {
        case 0:
            H5Ldelete(file, name.c_str(), H5P_DEFAULT);
            break;
        case 1:
            H5Lmove(file, name.c_str(), file, (other + "_moved").c_str(), H5P_DEFAULT, H5P_DEFAULT);
            break;
        case 2:
            if (name != ".") replace_dataset(file, name, choices);
            break;
        case 3:
            H5Lcreate_hard(file, name.c_str(), file, (other + "/x").c_str(), H5P_DEFAULT, H5P_DEFAULT);
            break;
        default: {
            const hid_t object = H5Oopen(file, name.c_str(), H5P_DEFAULT);
            if (object < 0) return;
            const std::vector<std::string> held = attributes(object);
            if (!held.empty()) {
                const std::string& attribute = held[choices.below(held.size())];
                if (choices.below(4) == 0)
                    H5Adelete(object, attribute.c_str());
                else
                    replace_attribute(object, attribute, choices);
            }
            H5Oclose(object);
        }
    }
}

const std::vector<char>& sound_file() {
    static const std::vector<char> bytes = [] {
        std::ifstream file(HIDYN_FUZZ_CORPUS "/results/sound", std::ios::binary);
        return std::vector<char>(std::istreambuf_iterator<char>(file), {});
    }();
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const test::ScratchFile scratch(sound_file().data(), sound_file().size());
    Choices choices(data, size);
    const hid_t file = H5Fopen(scratch.path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    if (file < 0) std::abort();
    for (int edits = 0; edits < 8 && !choices.empty(); ++edits) edit(file, choices);
    H5Fclose(file);
    try {
        static_cast<void>(run::judge(results::read(scratch.path)));
        results::check_all(scratch.path);
    } catch (const InputError&) {
    }
    return 0;
}
