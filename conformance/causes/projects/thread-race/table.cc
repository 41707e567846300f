#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

int main() {
  std::atomic<int> waiting{16};
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 16; worker++)
    workers.emplace_back([worker, &waiting] {
      waiting--;
      while (waiting > 0) std::this_thread::yield();
      for (int item = 0; item < 400; item++) {
        std::printf("%d.%d\n", worker, item);
        for (volatile int work = 0; work < 20000 + item * worker; work = work + 1) {}
      }
    });
  for (auto &worker : workers) worker.join();
  return 0;
}
