#include <cstdio>
#include <thread>
#include <vector>

int main() {
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 16; worker++)
    workers.emplace_back([worker] {
      for (int item = 0; item < 40; item++) {
        std::printf("%d.%d\n", worker, item);
        std::this_thread::yield();
      }
    });
  for (auto &worker : workers) worker.join();
  return 0;
}
