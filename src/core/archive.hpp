// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hidyn {

/// Lists the state of something, once to write it down and once to read it back: what is listed in the same
/// order comes back to the same bits. A class takes part with a member `void archive(Archive&)`.
class Archive {
  public:
    /// Appends to `bytes`.
    explicit Archive(std::string& bytes) : out_(&bytes) {}
    /// Reads from `bytes`, which must live as long.
    explicit Archive(std::string_view bytes) : in_(bytes) {}

    [[nodiscard]] bool loading() const { return out_ == nullptr; }

    template <class... Parts>
    void operator()(Parts&... parts) {
        (part(parts), ...);
    }

  private:
    template <class Type>
    void part(Type& one) {
        if constexpr (requires { one.archive(*this); })
            one.archive(*this);
        else if constexpr (std::is_base_of_v<Eigen::DenseBase<Type>, Type>)
            matrix(one);
        else {
            static_assert(std::is_trivially_copyable_v<Type>, "a class needs a member archive(Archive&)");
            raw(&one, sizeof(Type));
        }
    }
    template <class Type, class Allocator>
    void part(std::vector<Type, Allocator>& many) {
        std::size_t size = many.size();
        raw(&size, sizeof size);
        if (loading()) resize(many, size);
        if constexpr (std::is_same_v<Type, bool>) {
            for (std::size_t index = 0; index < size; ++index) {
                bool one = many[index];
                raw(&one, sizeof one);
                many[index] = one;
            }
        } else if constexpr (std::is_trivially_copyable_v<Type>) {
            raw(many.data(), size * sizeof(Type));
        } else {
            for (Type& one : many) part(one);
        }
    }
    void part(std::string& text) {
        std::size_t size = text.size();
        raw(&size, sizeof size);
        if (loading()) resize(text, size);
        raw(text.data(), size);
    }
    template <class Matrix>
    void matrix(Matrix& one) {
        Eigen::Index rows = one.rows();
        Eigen::Index columns = one.cols();
        raw(&rows, sizeof rows);
        raw(&columns, sizeof columns);
        const auto bytes = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) *
                           sizeof(typename Matrix::Scalar);
        if (loading()) {
            check(bytes);
            one.resize(rows, columns);
        }
        raw(one.data(), bytes);
    }
    template <class Container>
    void resize(Container& container, std::size_t size) {
        check(size);
        if (size == container.size()) return;
        if constexpr (std::is_default_constructible_v<typename Container::value_type>)
            container.resize(size);
        else
            throw std::runtime_error("a saved state has another shape");
    }
    /// More than there is cannot be meant.
    void check(std::size_t size) const {
        if (size > in_.size()) throw std::runtime_error("a saved state is shorter than it says");
    }
    void raw(void* data, std::size_t size) {
        if (size == 0) return;
        if (out_ != nullptr) {
            out_->append(static_cast<const char*>(data), size);
            return;
        }
        check(size);
        std::memcpy(data, in_.data(), size);
        in_.remove_prefix(size);
    }

    std::string* out_ = nullptr;
    std::string_view in_;
};

}  // namespace hidyn
