// How an article asks the playground in it.
const playground = document.querySelector('attention-playground');
document.getElementById('ask').addEventListener('click', async () => {
  const { shape: [rows, cols], data, cols: words } = await playground.tensor('weights');
  const last = data.slice((rows - 1) * cols);
  const best = last.indexOf(Math.max(...last));
  document.getElementById('answer').value = `${words[best]} (${Math.round(100 * last[best])} %)`;
});
